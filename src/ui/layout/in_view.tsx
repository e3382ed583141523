/** Brings into view what has just been answered: below the fold, and on a phone, nobody would see it. */
import { type ReactNode, useEffect, useRef } from "react";
import type { ApiRefusal } from "../api/client";
import { RefusalNote } from "./states";

/** `of`: what was answered; another one is scrolled into view again. */
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

/** The refusal of something that a person has just asked for; null: there is none. */
export function Refused({ refusal, title }: { readonly refusal: ApiRefusal | null; readonly title?: string }) {
  if (refusal === null) return null;
  return (
    <InView of={refusal}>
      <RefusalNote refusal={refusal} {...(title === undefined ? {} : { title })} />
    </InView>
  );
}
