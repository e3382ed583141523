import { describe, expect, test } from "bun:test";
import { checkDestination, parseTargetPolicy, resolveDestination } from "../../src/webhooks/destination";

const OWN = { port: 8421, addresses: () => ["127.0.0.1", "192.168.1.20", "fd00::20"], is_wildcard: false };

function check(url: string, setting = "private"): string | null {
  return checkDestination(url, parseTargetPolicy(setting, OWN));
}

function host(address: string): string {
  return `http://${address.includes(":") ? `[${address}]` : address}:9000/hook`;
}

const NEVER = [
  ["169.254.169.254", "metadata"],
  ["100.100.100.200", "metadata"],
  ["fd00:ec2::254", "metadata"],
  ["169.254.1.1", "link-local"],
  ["fe80::1", "link-local"],
  ["febf::1", "link-local"],
  ["0.0.0.0", "unusable"],
  ["0.1.2.3", "unusable"],
  ["::", "unusable"],
  ["224.0.0.1", "unusable"],
  ["239.255.255.255", "unusable"],
  ["255.255.255.255", "unusable"],
  ["ff02::1", "unusable"],
  ["64:ff9b:1::a9fe:a9fe", "unusable"],
] as const;
const LOCAL = [
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["::1", "loopback"],
  ["10.0.0.1", "private"],
  ["100.64.0.1", "private"],
  ["100.127.255.254", "private"],
  ["172.16.0.1", "private"],
  ["172.31.255.254", "private"],
  ["192.168.0.1", "private"],
  ["fc00::1", "private"],
  ["fdff::1", "private"],
] as const;
const RESERVED = [
  "192.0.2.1",
  "198.51.100.1",
  "203.0.113.1",
  "198.18.0.1",
  "240.0.0.1",
  "2001:db8::1",
  "4000::1",
  "100::1",
];
const GLOBAL = [
  "1.1.1.1",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "172.15.0.1",
  "172.32.0.1",
  "192.167.1.1",
  "2606:4700::1111",
];

describe("what each policy allows", () => {
  test.each(NEVER)("%s is %s and refused even where it is listed", (address, kind) => {
    for (const setting of ["private", "public", "0.0.0.0/0,::/0"])
      expect(check(host(address), setting)).toContain(kind);
  });

  test.each(LOCAL)("%s is %s: for private and for a list that holds it", (address, kind) => {
    expect(check(host(address), "private")).toBeNull();
    expect(check(host(address), "public")).toContain(`${address} is a ${kind} address and --webhook-targets is public`);
    expect(check(host(address), `1.1.1.0/24,${address}`)).toBeNull();
  });

  test.each(RESERVED)("%s is reserved: for a list alone", (address) => {
    expect(check(host(address), "private")).toContain("reserved");
    expect(check(host(address), "public")).toContain("reserved");
    expect(check(host(address), address)).toBeNull();
  });

  test.each(GLOBAL)("%s is global: for all but a list without it", (address) => {
    expect(check(host(address), "private")).toBeNull();
    expect(check(host(address), "public")).toBeNull();
    expect(check(host(address), "10.0.0.0/8,hooks.plant")).toContain("10.0.0.0/8,hooks.plant");
  });

  test("a list holds what its prefixes hold", () => {
    expect(check(host("10.20.30.40"), "10.20.0.0/16")).toBeNull();
    expect(check(host("10.21.0.1"), "10.20.0.0/16")).toContain("10.21.0.1");
    expect(check(host("fd00:1::5"), "fd00:1::/32")).toBeNull();
    expect(check(host("fd00:2::5"), "fd00:1::/32")).toContain("fd00:2::5");
  });

  test.each(["10.0.0.0/33", "10.0.0.0/", "1.2.3", "fe80::1%eth0", "a b", "", "http://x", "a,,b"])(
    "%p is no list",
    (setting) => {
      expect(() => parseTargetPolicy(setting)).toThrow("webhook_targets");
    },
  );
});

describe("every spelling of an address is the same address", () => {
  test.each([
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://%31%32%37.0.0.1/",
    "http://１２７.0.0.1/",
    "http://127。0。0。1/",
    "http:\\\\127.0.0.1\\",
    "http:/127.0.0.1",
    " http://127.0.0.1/",
    "ht\ntp://127.0.0.1/",
    "HTTP://127.0.0.1#@example.com",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0000::ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[64:ff9b::7f00:1]/",
    // Teredo: the client's address is written inverted, the server's as it is.
    "http://[2001:0:101:101:0:0:80ff:fffe]/",
    "http://[2001:0:7f00:1:0:0:fefe:fefe]/",
  ])("%p is loopback", (url) => {
    expect(check(url, "public")).toContain("loopback");
    expect(check(url, "private")).toBeNull();
  });

  test.each([
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://169.254.43518/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[2001:0:101:101:0:0:5601:5601]/",
  ])("%p is a cloud's metadata service", (url) => {
    for (const setting of ["private", "0.0.0.0/0,::/0"]) expect(check(url, setting)).toContain("metadata");
  });

  test("a list of IPv4 networks holds the forms that carry their addresses", () => {
    expect(check("http://[::ffff:10.0.0.1]/", "10.0.0.0/8")).toBeNull();
    expect(check("http://[::ffff:11.0.0.1]/", "10.0.0.0/8")).toContain("not in --webhook-targets");
  });
});

describe("what a URL may be", () => {
  test.each([
    "",
    "hook",
    "//example.com",
    "http://",
    "http://a b/",
    "http://1.2.3.256/",
    "http://[fe80::1%25eth0]/",
    "http://x:99999/",
  ])("%p is no URL", (url) => expect(check(url)).toContain("not a URL"));

  test.each([
    "file:///etc/passwd",
    "ftp://example.com/",
    "data:,x",
    "javascript:1",
    "ws://example.com/",
    "unix:/run/x.sock",
  ])("%p has a scheme that is not allowed", (url) => expect(check(url)).toContain("expected http or https"));

  test("a password in it is refused and not repeated", () => {
    expect(check("http://user:canary@example.com/")).toContain("not allowed");
    expect(check("http://user:canary@example.com/")).not.toContain("canary");
    expect(check("http://127.0.0.1@example.com/")).toContain("not allowed");
  });

  test.each([21, 22, 23, 25, 110, 143, 465, 587, 993, 995, 6667])("port %i of another protocol is refused", (port) => {
    expect(check(`http://example.com:${port}/`)).toContain(`port ${port} belongs to a protocol that is not HTTP`);
  });

  test("port 0 and endless text are refused", () => {
    expect(check("http://example.com:0/")).toContain("port 0");
    expect(check(`http://example.com/${"x".repeat(2048)}`)).toContain("2048");
  });

  test("a name is left for the resolver to judge", () => {
    for (const url of ["https://hooks.example.com/x?y=1", "http://localhost/", "http://printer/"])
      expect(check(url)).toBeNull();
  });
});

test("this service itself is refused, on its own port alone", () => {
  for (const address of ["127.0.0.1", "192.168.1.20", "fd00::20", "::ffff:127.0.0.1"]) {
    const at = address.includes(":") ? `[${address}]` : address;
    expect(check(`http://${at}:8421/hook`)).toContain("this service itself");
    expect(check(`http://${at}:8421/hook`, "0.0.0.0/0,::/0")).toContain("this service itself");
    expect(check(`http://${at}:8422/hook`)).toBeNull();
  }
  expect(check("http://127.0.0.2:8421/hook")).toBeNull();
});

test("a service that listens on every address is every loopback address too", () => {
  const policy = parseTargetPolicy("private", { ...OWN, is_wildcard: true });
  for (const address of ["127.0.0.2", "127.255.255.254", "::1", "::ffff:127.9.9.9"]) {
    const at = address.includes(":") ? `[${address}]` : address;
    expect(checkDestination(`http://${at}:8421/hook`, policy)).toContain("this service itself");
    expect(checkDestination(`http://${at}:8422/hook`, policy)).toBeNull();
  }
});

describe("names", () => {
  const resolve = (url: string, setting: string, ...addresses: string[]) =>
    resolveDestination(url, parseTargetPolicy(setting, OWN), async () => addresses);

  test("the addresses that were checked are handed back", async () => {
    expect(await resolve("http://hooks.plant/", "private", "10.0.0.7", "10.0.0.8")).toEqual({
      addresses: ["10.0.0.7", "10.0.0.8"],
    });
  });

  test("one refused address refuses the name, which is told with it", async () => {
    const outcome = await resolve("http://rebind.test/", "private", "1.1.1.1", "169.254.169.254");
    expect(outcome).toEqual({
      refused: expect.stringContaining("rebind.test (169.254.169.254) is a metadata address"),
    });
    expect(await resolve("http://rebind.test/", "public", "1.1.1.1", "::ffff:10.0.0.1")).toHaveProperty("refused");
    expect(await resolve("http://me.test:8421/", "private", "127.0.0.1")).toHaveProperty("refused");
  });

  test("a listed name may have any address but those that are never allowed", async () => {
    expect(await resolve("http://Hooks.Plant./", "hooks.plant", "10.0.0.7")).toEqual({ addresses: ["10.0.0.7"] });
    expect(await resolve("http://evil.hooks.plant/", "hooks.plant", "10.0.0.7")).toHaveProperty("refused");
    expect(await resolve("http://hooks.plant/", "hooks.plant", "169.254.169.254")).toHaveProperty("refused");
  });

  test("a literal address is not looked up", async () => {
    const lookup = () => Promise.reject(new Error("looked up"));
    const policy = parseTargetPolicy("private");
    expect(await resolveDestination("http://[::ffff:10.0.0.1]:81/", policy, lookup)).toEqual({
      addresses: ["::ffff:a00:1"],
    });
  });

  test("a name without an address, or a resolver that gives nonsense, is refused in words", async () => {
    expect(await resolve("http://nowhere.test/", "private")).toEqual({
      refused: expect.stringContaining("nowhere.test"),
    });
    expect(await resolve("http://odd.test/", "private", "not an address")).toHaveProperty("refused");
    expect(await resolve("http://odd.test/", "0.0.0.0/0,::/0", "fe80::1%eth0")).toHaveProperty("refused");
    const failing = await resolveDestination("http://x.test/", parseTargetPolicy("public"), () =>
      Promise.reject(new Error("DNS")),
    );
    expect(failing).toEqual({ refused: expect.stringContaining("x.test has no address") });
  });
});
