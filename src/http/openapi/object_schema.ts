/** Named objects of the API, and the parts that several of them share. */
import { type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { count, flag, named, text, words } from "./operation";

/** A named object with all of its fields. */
export const object = (name: string, description: string, properties: TProperties) =>
  named(name, Type.Object(properties, { description }));
export const optional = Type.Optional;

/** A page of a listing, in the contract's form. */
export function listingPageOf(name: string, item: TSchema): TSchema {
  return object(name, "One page of a listing, newest first; past the end it is empty.", {
    items: Type.Array(item),
    total: count("Over all pages."),
    page: Type.Integer({ minimum: 1 }),
    page_size: Type.Integer({ minimum: 1, maximum: 100 }),
    total_pages: count("0 for an empty listing."),
    has_next: flag("There is a next page."),
    has_prev: flag("There is a page before."),
  });
}

export const diagnostic = object("Diagnostic", "What the compiler says about a place of a model.", {
  code: text("snake_case, stable."),
  severity: words(["error", "warning"], "A model with errors is kept, but cannot be pinned or solved."),
  message: text("What was found, what was expected, what to do next."),
  line: Type.Integer({ description: "From 1." }),
  column: Type.Integer({ description: "From 1, in UTF-16 units." }),
  start: Type.Integer({ description: "Offset from 0 into the text." }),
  end: Type.Integer({ description: "Offset behind the last character." }),
  notes: Type.Array(
    Type.Object({
      message: Type.String(),
      line: optional(Type.Integer()),
      column: optional(Type.Integer()),
    }),
  ),
  hint: optional(text("What may have been meant.")),
  path: optional(text("Dot path into model_json of the text that the position refers to.")),
});
