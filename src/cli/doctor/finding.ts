/** What a check has found: fine, worth a look, or in the way of a start or of a promise. */
export interface Finding {
  readonly check: string;
  readonly state: "ok" | "warn" | "fail";
  /** What was found, and for the last two what to do. */
  readonly detail: string;
}

export const ok = (check: string, detail: string): Finding => ({ check, state: "ok", detail });
export const warn = (check: string, detail: string): Finding => ({ check, state: "warn", detail });
export const fail = (check: string, detail: string): Finding => ({ check, state: "fail", detail });
