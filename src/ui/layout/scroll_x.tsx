/** Scrolls content sideways when it is wider than the screen, also by keyboard. */
import type { ReactNode } from "react";

export function ScrollX({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <section
      className="scroll-x"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolling content must be reachable by keyboard.
      tabIndex={0}
      aria-label={name}
    >
      {children}
    </section>
  );
}
