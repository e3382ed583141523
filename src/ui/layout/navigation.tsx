/** The navigation: links to the screens, settings for times, numbers and colours, and the button to sign out. */
import {
  Box,
  Button,
  Group,
  Modal,
  NativeSelect,
  NavLink,
  SegmentedControl,
  Stack,
  Text,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, useLocation } from "wouter";
import { hasDrafts } from "../drafts/draft_store";
import { useSession, useSignOut } from "../session/session";
import { chooseNumbers, NUMBER_CHOICES, useNumberChoice } from "./numbers";
import { setZone, useZone } from "./when";

const DESTINATIONS = [
  { href: "/", label: "Overview" },
  { href: "/triggers", label: "Triggers" },
  { href: "/models", label: "Models" },
  { href: "/settings", label: "Settings" },
] as const;

export function Navigation() {
  const [address] = useLocation();
  const isHere = (href: string): boolean => (href === "/" ? address === "/" : address.startsWith(href));
  return (
    <Stack justify="space-between" h="100%" gap="md">
      <Box>
        {DESTINATIONS.map(({ href, label }) => (
          <NavLink
            key={href}
            component={Link}
            href={href}
            label={label}
            active={isHere(href)}
            aria-current={isHere(href) ? "page" : undefined}
          />
        ))}
      </Box>
      <Stack gap="xs">
        <TimesSwitch />
        <NumbersChoice />
        <SchemeSwitch />
        <WhoIsIn />
      </Stack>
    </Stack>
  );
}

function TimesSwitch() {
  return (
    <SegmentedControl
      size="xs"
      fullWidth
      aria-label="Times shown in"
      value={useZone()}
      onChange={(value) => setZone(value === "UTC" ? "UTC" : "local")}
      data={[
        { value: "local", label: "My time" },
        { value: "UTC", label: "UTC" },
      ]}
    />
  );
}

function NumbersChoice() {
  return (
    <NativeSelect
      size="xs"
      aria-label="Numbers written as"
      value={useNumberChoice()}
      onChange={(event) => chooseNumbers(event.currentTarget.value)}
      data={[...NUMBER_CHOICES]}
    />
  );
}

function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      size="xs"
      fullWidth
      aria-label="Colours"
      value={colorScheme}
      onChange={(value) => setColorScheme(value as typeof colorScheme)}
      data={[
        { value: "auto", label: "Auto" },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ]}
    />
  );
}

function WhoIsIn() {
  const session = useSession();
  const signOut = useSignOut();
  const [is_asking, asking] = useDisclosure(false);
  const leave = () => {
    if (hasDrafts()) asking.open();
    else void signOut();
  };
  return (
    <Box>
      {session !== null && (
        <Text size="xs" c="dimmed" truncate title={`${session.key.name} (${session.key.prefix}...)`}>
          {session.key.name} · {session.role}
        </Text>
      )}
      <Button variant="default" size="xs" fullWidth mt={4} onClick={leave}>
        Sign out
      </Button>
      <Modal opened={is_asking} onClose={asking.close} title="Sign out?" closeButtonProps={{ "aria-label": "Close" }}>
        <Text size="sm">
          What you typed and did not save is removed from this browser, so that the next person does not find it.
        </Text>
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="default" onClick={asking.close} data-autofocus>
            Stay
          </Button>
          <Button color="red.9" onClick={() => void signOut()}>
            Sign out and remove it
          </Button>
        </Group>
      </Modal>
    </Box>
  );
}
