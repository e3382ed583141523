/**
 * Ready models, each a MathProg file with its data. The texts behind the names of params and sets describe the inputs and
 * their units; `optimum` is the objective of the model as it stands, `overridden_optimum` its objective with the override.
 */
import assignment from "./assignment.mod" with { type: "text" };
import battery from "./battery.mod" with { type: "text" };
import blending from "./blending.mod" with { type: "text" };
import cutting_stock from "./cutting_stock.mod" with { type: "text" };
import dispatch from "./dispatch.mod" with { type: "text" };
import facility_location from "./facility_location.mod" with { type: "text" };
import knapsack from "./knapsack.mod" with { type: "text" };
import production_mix from "./production_mix.mod" with { type: "text" };
import restocking from "./restocking.mod" with { type: "text" };
import shift_covering from "./shift_covering.mod" with { type: "text" };
import transportation from "./transportation.mod" with { type: "text" };
import unit_commitment from "./unit_commitment.mod" with { type: "text" };

export interface ExampleModel {
  /** The name that selects it in the API and on the command line. */
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly description: string;
  readonly source: string;
  readonly override_example: Readonly<Record<string, unknown>>;
  readonly optimum: number;
  readonly overridden_optimum: number;
}

export const EXAMPLES: readonly ExampleModel[] = [
  {
    name: "restocking",
    title: "Restocking",
    description:
      "What to order in which week so that stock covers the demand, with a fee and a full truck per delivery.",
    source: restocking,
    override_example: { stock: [40, 20, 10, 10, 2], delivery_fee: 250 },
    optimum: 5380.7,
    overridden_optimum: 6579.1,
  },
  {
    name: "production_mix",
    title: "Production mix",
    description:
      "How much of each product to make with this week's machine hours and materials, for the largest margin.",
    source: production_mix,
    override_example: { hours: { lathe: 40, mill: 60, press: 72 }, margin: [42, 28, 35, 16] },
    optimum: 14_172.8571429,
    overridden_optimum: 13_591.4285714,
  },
  {
    name: "transportation",
    title: "Transportation",
    description: "Which plant serves which warehouse at the least freight, over the lanes that exist.",
    source: transportation,
    override_example: { supply: { Bilbao: 220, Lyon: 180, Gdansk: 240 }, lane_max: 150 },
    optimum: 22_380,
    overridden_optimum: 24_060,
  },
  {
    name: "assignment",
    title: "Technicians and jobs",
    description: "Which technician goes to which job today, by skill, travel and length of the day.",
    source: assignment,
    override_example: { TECHNICIANS: ["Ana", "Ben", "Carla"], jobs_max: 4 },
    optimum: 240,
    overridden_optimum: 280,
  },
  {
    name: "knapsack",
    title: "Project selection",
    description: "Which projects to start with this year's money and people, where some need and some exclude others.",
    source: knapsack,
    override_example: { budget: 600, team: 7 },
    optimum: 1440,
    overridden_optimum: 1080,
  },
  {
    name: "blending",
    title: "Feed blending",
    description: "The cheapest mix of raw materials whose contents stay within their limits.",
    source: blending,
    override_example: {
      price: { barley: 185, maize: 205, soya: 640, wheat_bran: 160, fishmeal: 1150, oil: 980, lime: 70 },
      batch: 2400,
    },
    optimum: 460.627466171,
    overridden_optimum: 645.497846062,
  },
  {
    name: "unit_commitment",
    title: "Unit commitment",
    description: "Which generators of a site run in which hour, so that load and reserve are covered at least cost.",
    source: unit_commitment,
    override_example: { grid_max: 120, was_on: { chp1: 1, chp2: 1 } },
    optimum: 3074.705,
    overridden_optimum: 3120.845,
  },
  {
    name: "shift_covering",
    title: "Shift covering",
    description: "How many people start which shift on which day, so that every four hours of the week are covered.",
    source: shift_covering,
    override_example: { full_max: 24, part_max: 6 },
    optimum: 17_625,
    overridden_optimum: 17_835,
  },
  {
    name: "cutting_stock",
    title: "Cutting stock",
    description: "How to cut bars into pieces of four lengths with the fewest bars.",
    source: cutting_stock,
    override_example: { demand: [52, 40, 96, 75], bar: 6500 },
    optimum: 68,
    overridden_optimum: 57,
  },
  {
    name: "facility_location",
    title: "Depots",
    description: "Which depots to open and whom each serves, so that sites and transport cost least in a year.",
    source: facility_location,
    override_example: { depots_max: 5, freight: 0.12 },
    optimum: 6900.6,
    overridden_optimum: 8468.4,
  },
  {
    name: "battery",
    title: "Battery and tariff",
    description: "When a battery is charged and discharged over the day, for the least bill for energy and peak load.",
    source: battery,
    override_example: { level_start: 300, peak_price: 1.2 },
    optimum: 388.671330353,
    overridden_optimum: 505.418020356,
  },
  {
    name: "dispatch",
    title: "Economic dispatch",
    description:
      "How hard running generators work when fuel rises with the square of the power: a quadratic objective.",
    source: dispatch,
    override_example: { load: 1100 },
    optimum: 145.981417514,
    overridden_optimum: 201.5,
  },
];
