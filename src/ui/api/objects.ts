/** What the API's answers hold. Types come from the server where it has them; answers that it writes as text are described here. */

export type { RunState } from "../../runs/run";
export type { KeyObject } from "../../services/access";
export type { DocumentObject } from "../../services/documents";
export type { Concern, LaneRun, Overview, TriggerActivity } from "../../services/overview";
export type { Page } from "../../services/page";
export type { Session } from "../../services/sign_in";
export type { SystemFacts } from "../../services/system";
export type { TriggerObject, TriggerSecrets } from "../../services/triggers";
export type { VersionObject } from "../../services/versions";
