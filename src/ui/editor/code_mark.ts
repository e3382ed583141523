/** A place in a text that something is said about. Offsets from 0; `to` is behind the last character. */
export interface CodeMark {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning";
  readonly message: string;
}
