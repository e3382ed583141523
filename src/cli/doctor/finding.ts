/** The result of a check: fine, worth a look, or a fault that prevents a start or breaks a promise. */
export interface Finding {
  readonly check: string;
  readonly state: "ok" | "warn" | "fail";
  /** Says what was found and, unless all is fine, what to do. */
  readonly detail: string;
}

export const ok = (check: string, detail: string): Finding => ({ check, state: "ok", detail });
export const warn = (check: string, detail: string): Finding => ({ check, state: "warn", detail });
export const fail = (check: string, detail: string): Finding => ({ check, state: "fail", detail });
