/** The demo's model: order five parts so that stock covers the forecast; missing parts are bought elsewhere at a high price. */
const PARTS = ["bolts", "nuts", "gears", "belts", "pumps"];
const SHORTAGE_COST = 40;
const DOCK_UNITS_MAX = 400;

export const RESTOCK_MODEL = {
  name: "restock",
  parameters: { demand_forecast: [100, 80, 60, 40, 20], stock: [30, 10, 25, 0, 5], cost: [2, 3, 6, 4, 9] },
  variables: [
    ...PARTS.map((part) => ({ name: `order_${part}`, type: "integer" })),
    ...PARTS.map((part) => ({ name: `short_${part}` })),
  ],
  objective: {
    sense: "minimize",
    expression: PARTS.map((part, i) => `cost[${i}]*order_${part} + ${SHORTAGE_COST}*short_${part}`).join(" + "),
  },
  constraints: [
    ...PARTS.map((part, i) => ({
      name: `cover_${part}`,
      expression: `stock[${i}] + order_${part} + short_${part} >= demand_forecast[${i}]`,
    })),
    { name: "dock", expression: `sum(${PARTS.map((part) => `order_${part}`).join(", ")}) <= ${DOCK_UNITS_MAX}` },
  ],
};
