/** A marked range of a text, with a message. Offsets count from 0; `to` is the offset behind the last character. */
export interface CodeMark {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning";
  readonly message: string;
}
