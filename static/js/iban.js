// Early word on an IBAN while it is typed: grouped, its country named. The server checks it whatever this says.
const form = document.querySelector("form[data-lengths]");
const lengths = new Map(form.dataset.lengths.split(" ").map((each) => [each.slice(0, 2), Number(each.slice(2))]));
const [box, says] = [form.elements.number, document.getElementById("number-says")];
const countries = new Intl.DisplayNames([document.documentElement.lang], { type: "region" });

const plain = () => box.value.replace(/[\s.-]/g, "").toUpperCase();

// The number with its first four signs behind, letters as 10 to 35, leaves 1 when divided by 97 (ISO 13616).
const fits = (number) =>
  [...number.slice(4), ...number.slice(0, 4)].reduce((rest, sign) => {
    const value = parseInt(sign, 36);
    return (rest * (value > 9 ? 100 : 10) + value) % 97;
  }, 0) === 1;

function wordsFor(number) {
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]+$/.test(number)) return says.dataset.wrong;
  const [country, length] = [number.slice(0, 2), lengths.get(number.slice(0, 2))];
  if (!length) return says.dataset.country;
  const filled = (words) =>
    words.replace("{country}", countries.of(country)).replace("{length}", length).replace("{typed}", number.length);
  if (number.length !== length) return filled(says.dataset.length);
  return fits(number) ? filled(says.dataset.good) : says.dataset.wrong;
}

function look({ isDone }) {
  const number = plain();
  const isWhole = number.length >= (lengths.get(number.slice(0, 2)) ?? Infinity);
  if (isDone) box.value = number.replace(/(.{4})(?=.)/g, "$1 ");
  says.textContent = number && (isDone || isWhole) ? wordsFor(number) : "";
}

look({ isDone: false }); // somebody may have typed before this was there
box.addEventListener("input", () => look({ isDone: false }));
box.addEventListener("change", () => look({ isDone: true }));
