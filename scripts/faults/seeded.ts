/** Whole numbers from 0 to below `below`, the same ones for the same seed (Park and Miller, 1988). */
export function seededNumbers(seed: number): (below: number) => number {
  let state = (seed * 7919 + 1) % 2_147_483_647;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
