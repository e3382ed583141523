/** Reports findings in the text of an imported file by their place. */
import type { DiagnosticList } from "../diagnostic_list";

const PATH = "content";

/** [start, end) of the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export class FileDiagnostics {
  constructor(
    readonly text: string,
    readonly list: DiagnosticList,
  ) {}

  get error_count(): number {
    return this.list.error_count;
  }

  error(code: string, message: string, { start, end }: Span, search?: () => string | undefined): void {
    const hint = search === undefined ? undefined : this.list.hint(search);
    this.list.error(code, message, { path: PATH, text: this.text, start, end }, { hint });
  }

  warning(code: string, message: string, { start, end }: Span, search?: () => string | undefined): void {
    const hint = search === undefined ? undefined : this.list.hint(search);
    this.list.warning(code, message, { path: PATH, text: this.text, start, end }, { hint });
  }
}
