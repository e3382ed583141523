/** Request bodies of keys, workspaces and browser sessions. */
import { Type } from "@sinclair/typebox";
import { ROLES } from "../../roles";
import { closed, name, optional, orNull } from "../edge/body_fields";

export const workspaceBody = closed({ name });

export const keyBody = closed({
  name,
  workspace_id: orNull(Type.String()),
  role: optional(Type.Union(ROLES.map((role) => Type.Literal(role)))),
  expires_days: orNull(Type.Integer({ minimum: 1, maximum: 36_500 })),
});

export const sessionBody = closed({ link: Type.String({ minLength: 1, maxLength: 200 }) });
