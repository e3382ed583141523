/** Scrolls content that is wider than the screen sideways, by keyboard too. */
import type { ReactNode } from "react";

export function ScrollX({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <section
      className="scroll-x"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
      tabIndex={0}
      aria-label={name}
    >
      {children}
    </section>
  );
}
