/** The frame around every screen, and the routes from addresses to screens. The code of a screen is loaded when it is first opened. */
import { AppShell, Burger, Button, Group, Text } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { lazy, Suspense, useEffect } from "react";
import { Link, Redirect, Route, Switch, useLocation } from "wouter";
import { ScreenBoundary } from "./failed_screen";
import { Navigation } from "./navigation";
import { useNumberChoice } from "./numbers";
import { ShortcutsHelp } from "./shortcuts";
import { Empty, Loading } from "./states";

const Overview = lazy(() => import("../overview/overview_screen"));
const Triggers = lazy(() => import("../triggers/triggers_screen"));
const NewTrigger = lazy(() => import("../triggers/new_trigger_screen"));
const Trigger = lazy(() => import("../triggers/trigger_screen"));
const Run = lazy(() => import("../runs/run_screen"));
const Models = lazy(() => import("../models/models_screen"));
const Model = lazy(() => import("../models/model_screen"));
const Settings = lazy(() => import("../settings/settings_screen"));

export function Screens() {
  const [is_open, { toggle, close }] = useDisclosure(false);
  const [is_helping, help] = useDisclosure(false);
  const [address, go] = useLocation();
  useNumberChoice();
  useHotkeys([
    ["alt+1", () => go("/")],
    ["alt+2", () => go("/triggers")],
    ["alt+3", () => go("/models")],
    ["alt+4", () => go("/settings")],
    ["shift+?", help.open],
    ["/", focusSearch],
  ]);
  useEffect(() => {
    if (address !== "") close();
  }, [address, close]);

  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !is_open } }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={is_open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <Link href="/" className="brand">
              jaot-triggers
            </Link>
          </Group>
          <Button variant="subtle" size="compact-sm" onClick={help.open} visibleFrom="sm">
            Shortcuts{" "}
            <Text span className="kbd-hint">
              ?
            </Text>
          </Button>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Main">
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <ScreenBoundary address={address}>
          <Suspense fallback={<Loading rows={4} />}>
            <Addresses />
          </Suspense>
        </ScreenBoundary>
      </AppShell.Main>
      <ShortcutsHelp is_open={is_helping} onClose={help.close} />
    </AppShell>
  );
}

function Addresses() {
  return (
    <Switch>
      <Route path="/" component={Overview} />
      <Route path="/triggers" component={Triggers} />
      <Route path="/triggers/new" component={NewTrigger} />
      <Route path="/triggers/:trigger_id/runs/:run_id">
        {({ trigger_id, run_id }) => <Run key={run_id} trigger_id={trigger_id} run_id={run_id} />}
      </Route>
      <Route path="/triggers/:trigger_id/:tab?">
        {({ trigger_id, tab }) => <Trigger key={trigger_id} trigger_id={trigger_id} tab={tab ?? "fire"} />}
      </Route>
      <Route path="/models" component={Models} />
      <Route path="/models/:document_id/:tab?">
        {({ document_id, tab }) => <Model key={document_id} document_id={document_id} tab={tab ?? "source"} />}
      </Route>
      <Route path="/settings/:tab?">{({ tab }) => <Settings tab={tab ?? "keys"} />}</Route>
      <Route path="/sign-in">
        <Redirect to="/" />
      </Route>
      <Route>
        <Empty
          title="There is no such page"
          actions={
            <Link className="plain-link" href="/">
              To the overview
            </Link>
          }
        >
          No page has this address; it may come from another version of this program.
        </Empty>
      </Route>
    </Switch>
  );
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>("input[data-search]")?.focus();
}
