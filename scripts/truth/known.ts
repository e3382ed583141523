/** Models that a build answered wrongly or refused, each the shortest one that showed the fault, with its optimum by hand. */
import type { Specimen } from "./family";
import type { Model } from "./program";

export interface KnownModel extends Specimen {
  readonly name: string;
}

function lp(...lines: readonly string[]): Model {
  return { format: "lp", content: [...lines, "End", ""].join("\n") };
}

const LORRIES = ["Maximize", " obj: 5 lorries + bikes", "Subject To", " yard: 2 lorries + bikes <= 3.8"];

export const KNOWN: readonly KnownModel[] = [
  {
    name: "integer columns with fractional upper bounds, LP",
    truth: 6,
    model: lp(...LORRIES, "Bounds", " lorries <= 1.3", " bikes <= 1.3", "General", " lorries bikes"),
  },
  {
    name: "integer columns with fractional upper bounds, flat",
    truth: 6,
    model: {
      variables: [
        { name: "lorries", type: "integer", upper_bound: 1.3 },
        { name: "bikes", type: "integer", upper_bound: 1.3 },
      ],
      objective: { sense: "maximize", expression: "5 lorries + bikes" },
      constraints: [{ name: "yard", expression: "2 lorries + bikes <= 3.8" }],
    },
  },
  {
    name: "integer columns with fractional upper bounds, MathProg",
    truth: 6,
    model: {
      language: "mathprog",
      source: `param hours := 7.8; param per_lorry := 6;
var lorries integer >= 0 <= hours / per_lorry;
var bikes integer >= 0 <= hours / per_lorry;
maximize earned: 5 * lorries + bikes;
s.t. yard: 2 * lorries + bikes <= 3.8;
end;`,
    },
  },
  {
    name: "integer columns in a fractional box",
    truth: 11,
    model: lp(
      ...["Maximize", " obj: cranes + 2 belts", "Subject To", " power: cranes + belts <= 7.7", "Bounds"],
      ...[" 0.5 <= cranes <= 3.9", " 1.2 <= belts <= 4.99", "General", " cranes belts"],
    ),
  },
  {
    name: "a column that presolve takes for an implied integer",
    truth: 0,
    model: lp(
      ...["Minimize", " obj: scrap", "Subject To", " a: scrap - part >= 0", " b: kept + part - made = 0"],
      ...[" c: -68 part - made >= -12", "Bounds", " kept free", " scrap free", "General", " kept scrap made"],
    ),
  },
  {
    name: "a fraction of large quantities is minimized",
    truth: 3e6 / (1.1025 * 6e7 + 1.05 * 6.18e7),
    unit: 1e7,
    model: lp(
      ...["Minimize", " obj: share", "Subject To", " start: level0 = 0"],
      ...[" first: level1 - 1.05 level0 - 1.05 inflow0 = 0", " second: level2 - 1.05 level1 - 1.05 inflow1 = 0"],
      ...[" most0: inflow0 - 60000000.0 share <= 0", " most1: inflow1 - 61800000.0 share <= 0"],
      " end: level2 = 3000000.0",
    ),
  },
  {
    name: "a quadratic objective beside a column that does nothing, LP",
    truth: -0.5,
    model: lp(
      ...["Minimize", " obj: level + [ level^2 ] / 2", "Subject To", " a: 0 level + 0 spare <= 1"],
      ...["Bounds", " -10 <= level <= 10", " -10 <= spare <= 10"],
    ),
  },
  {
    name: "a quadratic objective beside a column that does nothing, flat",
    truth: -0.5,
    model: {
      variables: [
        { name: "level", lower_bound: -10, upper_bound: 10 },
        { name: "spare", lower_bound: -10, upper_bound: 10 },
      ],
      objective: { sense: "minimize", expression: "level + 0.5*level^2" },
      constraints: [{ expression: "level <= 40" }],
    },
  },
  {
    name: "a coefficient of 1e-10 in a row that needs it",
    truth: 5e9,
    model: lp(
      ...["Minimize", " obj: milligrams", "Subject To", " mass: 1e-10 milligrams + kilograms >= 1"],
      " most: kilograms <= 0.5",
    ),
  },
  {
    name: "a coefficient of 5e-10 against a bound of 1e12",
    truth: 501,
    model: {
      variables: [{ name: "x" }, { name: "y", upper_bound: 1e12 }],
      objective: { sense: "maximize", expression: "x" },
      constraints: [{ expression: "x - 5e-10 y <= 1" }],
    },
  },
  {
    name: "a coefficient of 1e12 beside one of 100",
    truth: 0,
    model: lp(
      ...["Minimize", " obj: 0 valve", "Subject To", " a: 100.4534 valve + 1000000000000 pipe <= 1000000000000"],
      ...[" b: 100.4534 valve - 1000000000000 pipe <= 0", "Binary", " valve pipe"],
    ),
  },
  {
    name: "a big-M of 1e8 and a need that one site serves",
    truth: 1.8,
    model: {
      variables: [
        { name: "y0", type: "binary" },
        { name: "y1", type: "binary" },
        { name: "x0", upper_bound: 7 },
        { name: "x1" },
      ],
      objective: { sense: "minimize", expression: "y0 + 0.3 x0 + 5 y1 + 0.2 x1" },
      constraints: [{ expression: "x0 <= 1e8 y0" }, { expression: "x1 <= 1e8 y1" }, { expression: "3 x0 + 2 x1 >= 8" }],
    },
  },
  {
    name: "an integer problem without a best value, whose presolve calls it infeasible",
    truth: "unbounded",
    model: {
      variables: [
        { name: "x4", type: "integer", lower_bound: -11 },
        { name: "x5", type: "integer", lower_bound: null, upper_bound: 1 },
        { name: "x6", type: "integer", lower_bound: -4 },
        { name: "x7", type: "integer", lower_bound: null, upper_bound: 9 },
        { name: "x8", type: "integer", lower_bound: 3, upper_bound: 12 },
      ],
      objective: { sense: "minimize", expression: "-5 x4 + 2 x5 - 2 x7 + 4 x8" },
      constraints: [
        { expression: "-2 x4 - 3 x6 - x7 + 7 x8 <= 19" },
        { expression: "-5 x4 - x5 + x6 + x7 + 12 x8 <= 68" },
        { expression: "3 x4 + 7 x5 - 2 x6 <= -5" },
        { expression: "-54 <= 4 x4 + 7 x6 - 3 x7 + x8" },
      ],
    },
  },
  {
    name: "integers in boxes of 1e10, on which the solver never comes back",
    truth: -87,
    model: {
      variables: [
        { name: "x0", type: "integer", lower_bound: -1e10, upper_bound: 1e10 },
        { name: "x1", type: "integer", lower_bound: -1e10, upper_bound: 21 },
        { name: "x2", type: "integer", lower_bound: -26, upper_bound: 8 },
        { name: "x3", type: "integer", lower_bound: -1e10, upper_bound: 6 },
        { name: "x4", lower_bound: -5, upper_bound: 1e10 },
        { name: "x5", lower_bound: -1e10, upper_bound: -3 },
        { name: "x6", lower_bound: -17, upper_bound: 1e10 },
        { name: "x7", lower_bound: -13, upper_bound: 3 },
        { name: "x8", lower_bound: -14, upper_bound: 11 },
      ],
      objective: { sense: "minimize", expression: "9 x0 - 2 x3 + 13 x5 - 9 x7" },
      constraints: [
        { expression: "-77 <= 2 x0 - x1 - 9 x3 - 2 x4 - 5 x6 + x7" },
        { expression: "-49 <= -5 x1 + x2 - x5 - x6 + x8 <= -30" },
        { expression: "-18 <= 7 x0 - 2 x1 + 4 x3 <= -1" },
        { expression: "-10 <= x0 + 2 x5 - x7" },
      ],
    },
  },
  {
    name: "a big-M of 1e7 at two sites",
    truth: 10.4,
    model: {
      variables: [{ name: "y", type: "binary" }, { name: "w", type: "binary" }, { name: "x" }, { name: "z" }],
      objective: { sense: "minimize", expression: "10 y + 11 w + 0.1 x + 0.1 z" },
      constraints: [{ expression: "x <= 1e7 y" }, { expression: "z <= 1e7 w" }, { expression: "x + z >= 4" }],
    },
  },
];
