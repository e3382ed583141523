/** The formats of `printf` (C's, without `*`): `%d %i %s %f %F %e %E %g %G %%` with flags, width and precision. */
import { clampNumber, spellNumber } from "./symbols";

/** One value of a printf: a number, a string, or a condition. */
export type Printed = number | string;

const FORMAT_PATTERN = /%([-+ #0]*)([0-9]{0,3})(?:\.([0-9]{0,3}))?([disfFeEgG%])/g;
const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** `fail` gets a sentence about a format or value that does not fit, and must throw. */
export function formatText(format: string, values: readonly Printed[], fail: (message: string) => never): string {
  let next = 0;
  let text = "";
  let kept_from = 0;
  const plain = format.replaceAll(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter);
  for (const found of plain.matchAll(FORMAT_PATTERN)) {
    const literal = plain.slice(kept_from, found.index);
    if (literal.includes("%"))
      fail(
        `the format holds ${literal.slice(literal.indexOf("%"), literal.indexOf("%") + 5)}, which is not a conversion`,
      );
    text += literal;
    kept_from = found.index + found[0].length;
    const [, flags = "", width = "", precision, conversion = "%"] = found;
    if (conversion === "%") {
      text += "%";
      continue;
    }
    // As in GLPK, a format ends when the values run out.
    if (next >= values.length) return text;
    const spelled = convert(values[next]!, flags, precision, conversion, fail);
    text += pad(spelled, flags, Number(width), conversion);
    next += 1;
  }
  const rest = plain.slice(kept_from);
  if (rest.includes("%")) fail("the format holds a % that begins no conversion; write %% for a percent sign");
  return text + rest;
}

function convert(
  value: Printed,
  flags: string,
  precision: string | undefined,
  conversion: string,
  fail: (message: string) => never,
): string {
  if (conversion === "s") {
    const text = typeof value === "number" ? spellNumber(value) : value;
    return precision === undefined ? text : text.slice(0, Number(precision));
  }
  const number = typeof value === "number" ? clampNumber(value) : Number.NaN;
  if (Number.isNaN(number)) fail(`%${conversion} takes a number, found ${JSON.stringify(value)}`);
  const is_integer = conversion === "d" || conversion === "i";
  const spelled = spellAs(
    Math.abs(is_integer ? Math.floor(number + 0.5) : number),
    precision,
    conversion,
    flags.includes("#"),
  );
  const is_negative = number < 0 || Object.is(number, -0);
  const is_zero_integer = is_integer && spelled === "0";
  return is_negative && !is_zero_integer
    ? `-${spelled}`
    : flags.includes("+")
      ? `+${spelled}`
      : flags.includes(" ")
        ? ` ${spelled}`
        : spelled;
}

function spellAs(size: number, precision: string | undefined, conversion: string, is_alternative: boolean): string {
  const digits = Math.min(100, precision === undefined ? 6 : Number(precision));
  switch (conversion) {
    case "f":
    case "F":
      return spellFixed(size, digits);
    case "e":
      return spellExponent(size, digits);
    case "E":
      return spellExponent(size, digits).toUpperCase();
    case "g":
      return spellShortest(size, Math.max(1, digits), is_alternative);
    case "G":
      return spellShortest(size, Math.max(1, digits), is_alternative).toUpperCase();
    default:
      return BigInt(Math.round(size))
        .toString()
        .padStart(precision === undefined ? 0 : digits, "0");
  }
}

/** `toFixed` writes an exponent from 1e21 on. */
function spellFixed(size: number, digits: number): string {
  if (size < 1e21) return size.toFixed(digits);
  return BigInt(size).toString() + (digits === 0 ? "" : `.${"0".repeat(digits)}`);
}

function spellExponent(size: number, digits: number): string {
  const [mantissa, power] = size.toExponential(digits).split("e") as [string, string];
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}

function spellShortest(size: number, digits: number, keeps_zeros: boolean): string {
  const exponent = size === 0 ? 0 : Number(size.toExponential(digits - 1).split("e")[1]);
  if (exponent < -4 || exponent >= digits) {
    const text = spellExponent(size, digits - 1);
    return keeps_zeros ? text : text.replace(/(\.[0-9]*?)0+e/, "$1e").replace(".e", "e");
  }
  const text = size.toFixed(Math.min(100, digits - 1 - exponent));
  return keeps_zeros || !text.includes(".") ? text : text.replace(/\.?0+$/, "");
}

function pad(text: string, flags: string, width: number, conversion: string): string {
  if (text.length >= width) return text;
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0") || conversion === "s") return text.padStart(width);
  const sign = /^[-+ ]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}
