/** Parts of request bodies that several resources use. Objects refuse unknown fields, so that a typo is never silently ignored. */
import { type TObject, type TProperties, type TSchema, Type } from "@sinclair/typebox";

export const closed = <Properties extends TProperties>(properties: Properties): TObject<Properties> =>
  Type.Object(properties, { additionalProperties: false });
export const optional = <Schema extends TSchema>(schema: Schema) => Type.Optional(schema);
export const orNull = <Schema extends TSchema>(schema: Schema) => Type.Optional(Type.Union([schema, Type.Null()]));

export const name = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });
export const description = Type.String({ maxLength: 10_000 });
export const anyJson = Type.Optional(Type.Unknown());

/** A model. It is not checked here: the compiler reports what is wrong with it. */
export const anyBody = Type.Unknown();
