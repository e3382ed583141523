/** What the API's answers hold. Types come from the server where it has them; answers that it writes as text are described here. */

export type { InputDeclaration } from "../../model/inputs";
export type { RunState } from "../../runs/run";
export type { KeyObject } from "../../services/access";
export type { DeliveryObject, FullDeliveryObject } from "../../services/deliveries";
export type { DocumentObject } from "../../services/documents";
export type { ExampleObject, ExampleSummary } from "../../services/examples";
export type { Concern, LaneRun, Overview, TriggerActivity } from "../../services/overview";
export type { Page } from "../../services/page";
export type { RunObject, RunSummary } from "../../services/runs";
export type { PatternReport, TickPreview } from "../../services/schedule_previews";
export type { ScheduleObject } from "../../services/schedules";
export type { Session } from "../../services/sign_in";
export type { SystemFacts } from "../../services/system";
export type { TickObject } from "../../services/ticks";
export type { TriggerObject, TriggerSecrets } from "../../services/triggers";
export type { VersionObject } from "../../services/versions";

/** A document in a listing. */
export interface DocumentSummary {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly updated_at: string;
}
export type { ModelChanges } from "../../model/changes";
export type { Diagnostic } from "../../model/diagnostics";
export type { AuditObject } from "../../services/audit";
export type { Validation } from "../../services/solve";
export type { Verification } from "../../services/verify";
export type { WorkspaceObject } from "../../services/workspaces";
