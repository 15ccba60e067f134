// Everything the staff's pages need, in one go. Pages work without it; this makes them quicker.
import "./allocation.js";
import "./answers.js";
import "./autosave.js";
import "./bank-queue.js";
import "./list.js";
import "./bulk.js";
import "./colour-choice.js";
import "./dirty.js";
import "./draft-preview.js";
import "./focus.js";
import "./keys.js";
import "./line-grid.js";
import "./line-products.js";
import "./menu.js";
import "./picker.js";
import "./theme.js";
import "./toast.js";
