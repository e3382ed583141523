/** Checks of the port, its certificate and the solver. */
import { get } from "node:http";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import type { Config } from "../../config";
import { readCertificate } from "../../http/edge/certificate";
import { messageOf } from "../../log";
import { contentDigest } from "../../model/canonical";
import { prepareModel } from "../../model/compile";
import { overrideSubject } from "../../model/inspected";
import { bindOverrides } from "../../model/overrides";
import { solveOptionsOf } from "../../services/runs/solve_options";
import { withTemporaryPool } from "../../solver/process/temporary_pool";
import { defaultLimits } from "../check";
import type { Terminal } from "../terminal";
import { type Finding, fail, ok, warn } from "./finding";

const DAY_MS = 86_400_000;
const EXPIRY_DAYS_MIN = 30;
const ANSWER_MS_MAX = 3000;

/** Two integers under one row: 11 is the optimum, 11.5 that of the relaxation. */
const PROBE = {
  variables: [
    { name: "a", type: "integer", upper_bound: 3 },
    { name: "b", type: "integer" },
  ],
  objective: { sense: "maximize", expression: "3 a + 2 b" },
  constraints: [{ expression: "2 a + 2 b <= 8.5" }],
};
const PROBE_OPTIMUM = 11;

export async function checkService(terminal: Terminal, config: Config): Promise<Finding[]> {
  return [await port(config), certificate(terminal, config), await solver(terminal)];
}

async function port({ host, port: number }: Config): Promise<Finding> {
  if (number === 0) return ok("port", "any free one");
  const fault = await listenFault(host, number);
  if (fault === null) return ok("port", `${number} on ${host} is free`);
  if (fault === "EADDRINUSE") {
    const version = await answering(host, number);
    if (version !== null) return ok("port", `jaot-triggers ${version} answers on ${host}:${number}`);
    return fail("port", `${number} on ${host} is taken by another program; give another --port`);
  }
  return fail("port", `cannot listen on ${host}:${number}: ${fault}; give another --host or --port`);
}

function listenFault(host: string, number: number): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const server = createServer();
  server.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  server.listen({ host, port: number, exclusive: true }, () => server.close(() => resolve(null)));
  return promise;
}

/** The version of the service that answers at that address; null when something else answers. */
async function answering(host: string, number: number): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host;
  const request = get(`http://${name}:${number}/health`, { agent: false, timeout: ANSWER_MS_MAX }, (incoming) => {
    text(incoming).then(
      (body) => resolve(versionIn(body)),
      () => resolve(null),
    );
  });
  request.on("error", () => resolve(null));
  request.on("timeout", () => request.destroy());
  return promise;
}

function versionIn(body: string): string | null {
  try {
    const { version, solver_version } = JSON.parse(body) as { version?: unknown; solver_version?: unknown };
    return typeof version === "string" && typeof solver_version === "string" ? version : null;
  } catch {
    return null;
  }
}

function certificate({ clock }: Terminal, config: Config): Finding {
  const found = readCertificate(config);
  if (found === null) return ok("certificate", "none: plain HTTP");
  const days = Math.floor((found.expires_at - clock.now()) / DAY_MS);
  if (days < 0)
    return fail("certificate", `expired ${-days} days ago; put a new one into ${config.tls_cert} and restart`);
  const words = `${config.tls_cert}, good for ${days} days`;
  return days >= EXPIRY_DAYS_MIN ? ok("certificate", words) : warn("certificate", `${words}; renew it`);
}

async function solver(terminal: Terminal): Promise<Finding> {
  const { clock, self } = terminal;
  const started = clock.monotonic();
  try {
    const prepared = prepareModel(PROBE, defaultLimits(terminal));
    const request = {
      model: { digest: contentDigest(PROBE), readText: () => JSON.stringify(PROBE) },
      bound: bindOverrides(null, overrideSubject(prepared, prepared.inputs, null)).bound,
      override_data: null,
      options: solveOptionsOf({ config: { time_limit_seconds_max: 60 } }, prepared.options),
      quick: true,
    };
    const [ended, ended_ms] = await withTemporaryPool(self, clock, async (solvers) => {
      return [await solvers.submit(request).outcome, clock.monotonic()] as const;
    });
    const objective = ended.kind === "solved" ? ended.objective_value : null;
    if (objective === PROBE_OPTIMUM)
      return ok("solver", `solved its test in ${(ended_ms - started).toFixed(0)} ms, process start included`);
    return fail(
      "solver",
      `the test has the optimum ${PROBE_OPTIMUM}, found ${objective ?? ended.kind}; this build does not fit this machine`,
    );
  } catch (error) {
    return fail("solver", messageOf(error));
  }
}
