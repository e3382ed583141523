/** The roles of keys, from most rights to fewest: each role may do everything that the roles after it may. */
export const ROLES = ["admin", "editor", "solver", "viewer"] as const;
export type Role = (typeof ROLES)[number];

export const ROLE_MEANINGS: { readonly [Name in Role]: string } = {
  admin: "everything, keys included",
  editor: "models, triggers, schedules",
  solver: "fire, rerun, cancel, read",
  viewer: "read",
};

/** True when the role may do what `needed` may. */
export function isAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(needed);
}
