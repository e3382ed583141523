/** Forms that do one thing when they are sent. */
import type { FormEvent } from "react";

/** What a form does when it is sent: the act, without leaving the page. */
export function submits(act: { mutate(given: undefined): void }): (event: FormEvent) => void {
  return (event) => {
    event.preventDefault();
    act.mutate(undefined);
  };
}
