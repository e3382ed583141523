/** Starts the page: styles, providers, and the sign-in screen for people without a key. */
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./page.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiRefusal } from "./api/client";
import { Gate } from "./session/gate";
import { resolveVariables, theme } from "./theme";

const RETRIES_MAX = 2;

/** The content security policy allows run-time styles only with the nonce of this response. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";
setNonce(nonce);

/** Asking again does not change a refusal; a service that does not answer may come back. */
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2000,
      retry: (count, error) => count < RETRIES_MAX && !(error instanceof ApiRefusal && error.status !== 0),
    },
    mutations: { retry: false },
  },
});

createRoot(document.getElementById("page")!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolveVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <Notifications position="bottom-right" limit={3} />
      <QueryClientProvider client={client}>
        <Gate />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
