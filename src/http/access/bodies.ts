/** Request bodies of keys, workspaces and browser sessions. */
import { Type } from "@sinclair/typebox";
import { closed, name, optional, orNull } from "../edge/body_fields";

export const workspaceBody = closed({ name });

export const keyBody = closed({
  name,
  workspace_id: orNull(Type.String()),
  role: optional(
    Type.Union([Type.Literal("admin"), Type.Literal("editor"), Type.Literal("solver"), Type.Literal("viewer")]),
  ),
  expires_days: orNull(Type.Integer({ minimum: 1, maximum: 36_500 })),
});

export const sessionBody = closed({ link: Type.String({ minLength: 1, maxLength: 200 }) });
