/** Scrolls a new answer into view: further down the page, and on a phone, nobody would notice it. */
import { type ReactNode, useEffect, useRef } from "react";
import type { ApiRefusal } from "../api/client";
import { RefusalNote } from "./states";

/** `of` is the answer; a new answer is scrolled into view again. */
export function InView({ of, children }: { readonly of: unknown; readonly children: ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (of !== null && of !== undefined) frame.current?.scrollIntoView({ block: "nearest" });
  }, [of]);
  return (
    <div ref={frame} className="in-view">
      {children}
    </div>
  );
}

/** Shows the refusal of a person's last action; null shows nothing. */
export function Refused({ refusal, title }: { readonly refusal: ApiRefusal | null; readonly title?: string }) {
  if (refusal === null) return null;
  return (
    <InView of={refusal}>
      <RefusalNote refusal={refusal} {...(title === undefined ? {} : { title })} />
    </InView>
  );
}
