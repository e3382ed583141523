/** Settings: API keys, workspaces, the audit log, storage, and versions. */
import { Tabs } from "@mantine/core";
import { useLocation } from "wouter";
import { Screen } from "../layout/screen";
import { useMay } from "../session/session";
import { AuditPanel } from "./audit_panel";
import { KeysPanel } from "./keys_panel";
import { SystemPanel } from "./system_panel";
import { WorkspacesPanel } from "./workspaces_panel";

export default function SettingsScreen({ tab }: { readonly tab: string }) {
  const [, go] = useLocation();
  const is_admin = useMay("admin");
  return (
    <Screen title="Settings">
      <Tabs
        value={tab}
        onChange={(next) => go(next === "keys" ? "/settings" : `/settings/${next}`)}
        keepMounted={false}
      >
        <Tabs.List mb="md" className="tabs-list">
          <Tabs.Tab value="keys">Keys</Tabs.Tab>
          <Tabs.Tab value="workspaces">Workspaces</Tabs.Tab>
          <Tabs.Tab value="audit">Audit log</Tabs.Tab>
          <Tabs.Tab value="system">Storage and versions</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="keys">
          <KeysPanel is_admin={is_admin} />
        </Tabs.Panel>
        <Tabs.Panel value="workspaces">
          <WorkspacesPanel is_admin={is_admin} />
        </Tabs.Panel>
        <Tabs.Panel value="audit">
          <AuditPanel is_admin={is_admin} />
        </Tabs.Panel>
        <Tabs.Panel value="system">
          <SystemPanel />
        </Tabs.Panel>
      </Tabs>
    </Screen>
  );
}
