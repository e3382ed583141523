/** `str2time` and `time2str`: seconds since 1970-01-01 UTC from and to text (gmpl manual, appendix B). */

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January", "February", "March", "April", "May", "June", "July",
  "August", "September", "October", "November", "December",
]; // biome-ignore format: one list
const DAY_MS = 86_400_000;
/** Years 1 to 4000, as in GLPK. */
const SECONDS_MIN = -62_135_596_800;
const SECONDS_MAX = Date.UTC(4000, 11, 31, 23, 59, 59) / 1000;

type Fail = (reason: string) => never;

/** Seconds that `text` stands for under `format`: %b %d %H %m %M %S %y %Y %z %% and combinations of them. */
export function readTime(text: string, format: string, fail: Fail): number {
  const reader = new TimeReader(text, fail);
  const pattern = format
    .replaceAll("%D", "%m/%d/%y")
    .replaceAll("%F", "%Y-%m-%d")
    .replaceAll("%R", "%H:%M")
    .replaceAll("%T", "%H:%M:%S");
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern[at]!;
    if (letter === "%") {
      at += 1;
      reader.readField(pattern[at] ?? "");
    } else if (/\s/.test(letter)) reader.skipBlanks();
    else reader.take(letter);
  }
  reader.skipBlanks();
  return reader.finish();
}

class TimeReader {
  readonly #text: string;
  readonly #fail: Fail;
  #at = 0;
  readonly #fields = { year: -1, month: -1, day: -1, hour: -1, minute: -1, second: -1, offset: 0 };

  constructor(text: string, fail: Fail) {
    this.#text = text;
    this.#fail = fail;
  }

  skipBlanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }

  take(letter: string): void {
    if (this.#text[this.#at] !== letter)
      this.#fail(`the time ${JSON.stringify(this.#text)} lacks ${letter} at place ${this.#at + 1}`);
    this.#at += 1;
  }

  readField(conversion: string): void {
    const fields = this.#fields;
    switch (conversion) {
      case "Y":
        fields.year = this.#number(4, 1, 4000);
        break;
      case "y": {
        const year = this.#number(2, 0, 99);
        fields.year = year >= 69 ? 1900 + year : 2000 + year;
        break;
      }
      case "m":
        fields.month = this.#number(2, 1, 12);
        break;
      case "b":
      case "B":
      case "h":
        fields.month = this.#month();
        break;
      case "d":
        fields.day = this.#number(2, 1, 31);
        break;
      case "H":
        fields.hour = this.#number(2, 0, 23);
        break;
      case "M":
        fields.minute = this.#number(2, 0, 59);
        break;
      case "S":
        fields.second = this.#number(2, 0, 60);
        break;
      case "z":
        fields.offset = this.#offset();
        break;
      case "%":
        this.take("%");
        break;
      default:
        this.#fail(`str2time knows no %${conversion}`);
    }
  }

  finish(): number {
    const { year, month, day, hour, minute, second, offset } = this.#fields;
    if (this.#at < this.#text.length) this.#fail(`the time ${JSON.stringify(this.#text)} continues after its format`);
    const start = year === -1 ? 1970 : year;
    const date = new Date(0);
    date.setUTCFullYear(start, month === -1 ? 0 : month - 1, day === -1 ? 1 : day);
    if (day > 28 && date.getUTCDate() !== day) this.#fail(`there is no day ${day} in this month`);
    const seconds = Math.max(0, hour) * 3600 + Math.max(0, minute) * 60 + Math.max(0, second);
    return date.getTime() / 1000 + seconds - offset;
  }

  /** `Z`, `+0130`, `-01:30` or `+01`, in seconds. */
  #offset(): number {
    this.skipBlanks();
    const found = /^(?:[zZ]|([+-])([0-9]{2}):?([0-9]{2})?)/.exec(this.#text.slice(this.#at, this.#at + 6));
    if (found === null || Number(found[2] ?? 0) > 13 || Number(found[3] ?? 0) > 59)
      return this.#fail(`the time ${JSON.stringify(this.#text)} has no offset such as +0130 at place ${this.#at + 1}`);
    this.#at += found[0].length;
    const seconds = Number(found[2] ?? 0) * 3600 + Number(found[3] ?? 0) * 60;
    return found[1] === "-" ? -seconds : seconds;
  }

  #number(digits: number, least: number, most: number): number {
    this.skipBlanks();
    const found = new RegExp(`^[0-9]{1,${digits}}`).exec(this.#text.slice(this.#at, this.#at + digits))?.[0];
    const value = found === undefined ? Number.NaN : Number(found);
    if (!(value >= least && value <= most))
      this.#fail(
        `the time ${JSON.stringify(this.#text)} has no number from ${least} to ${most} at place ${this.#at + 1}`,
      );
    this.#at += found!.length;
    return value;
  }

  #month(): number {
    this.skipBlanks();
    const rest = this.#text.slice(this.#at).toLowerCase();
    const position = MONTHS.findIndex((month) => rest.startsWith(month.slice(0, 3).toLowerCase()));
    if (position === -1) this.#fail(`the time ${JSON.stringify(this.#text)} has no month at place ${this.#at + 1}`);
    const name = MONTHS[position]!.toLowerCase();
    let length = 3;
    while (length < name.length && rest[length] === name[length]) length += 1;
    this.#at += length;
    return position + 1;
  }
}

/** The text of `seconds` under `format`. */
export function formatTime(seconds: number, format: string, fail: Fail): string {
  if (!(seconds >= SECONDS_MIN && seconds <= SECONDS_MAX)) fail(`${seconds} s is outside the years 1 to 4000`);
  const date = new Date(Math.floor(seconds + 0.5) * 1000);
  return format.replaceAll(/%(.)/gs, (_, conversion: string) => spellField(date, conversion, fail));
}

function spellField(date: Date, conversion: string, fail: Fail): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const [hour, minute, second, weekday] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCDay()];
  const yearday = Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / DAY_MS);
  const twelve = hour % 12 === 0 ? 12 : hour % 12;
  const again = (format: string) => format.replaceAll(/%(.)/gs, (_, part: string) => spellField(date, part, fail));
  switch (conversion) {
    case "a": return WEEKDAYS[weekday]!.slice(0, 3);
    case "A": return WEEKDAYS[weekday]!;
    case "b": case "h": return MONTHS[month]!.slice(0, 3);
    case "B": return MONTHS[month]!;
    case "C": return two(Math.floor(year / 100));
    case "d": return two(day);
    case "D": return again("%m/%d/%y");
    case "e": return String(day).padStart(2);
    case "F": return again("%Y-%m-%d");
    case "g": return two(isoWeek(date).year % 100);
    case "G": return String(isoWeek(date).year);
    case "H": return two(hour);
    case "I": return two(twelve);
    case "j": return String(yearday + 1).padStart(3, "0");
    case "k": return String(hour).padStart(2);
    case "l": return String(twelve).padStart(2);
    case "m": return two(month + 1);
    case "M": return two(minute);
    case "p": return hour < 12 ? "AM" : "PM";
    case "P": return hour < 12 ? "am" : "pm";
    case "r": return again("%I:%M:%S %p");
    case "R": return again("%H:%M");
    case "S": return two(second);
    case "T": return again("%H:%M:%S");
    case "u": return String(weekday === 0 ? 7 : weekday);
    case "U": return two(Math.floor((yearday + 7 - weekday) / 7));
    case "V": return two(isoWeek(date).week);
    case "w": return String(weekday);
    case "W": return two(Math.floor((yearday + 7 - ((weekday + 6) % 7)) / 7));
    case "y": return two(year % 100);
    case "Y": return String(year);
    case "%": return "%";
    default: return fail(`time2str knows no %${conversion}`);
  }
} // biome-ignore format: one line a field

/** Week and year by ISO 8601: a week belongs to the year of its Thursday. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY_MS);
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS / 7) + 1 };
}
