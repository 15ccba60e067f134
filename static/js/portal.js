// The customer's pages: all of it is convenience, the pages are complete without.
import "./copy.js";
import "./seen.js";
import "./look-again.js";
