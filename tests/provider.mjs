// Runs an OpenID Connect provider for tests: `node provider.mjs FOLDER PORT SITE_URL`, with the package in FOLDER.
// Anybody signs in, with any password; the name typed becomes the subject, and says what is known of the person.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, port, site] = process.argv.slice(2);
const entry = createRequire(`${folder}/package.json`).resolve("oidc-provider");
const { Provider } = await import(pathToFileURL(entry).href);

const described = (sub) => ({
  sub,
  email: `${sub}@example.com`,
  email_verified: sub !== "mallory",
  given_name: sub[0].toUpperCase() + sub.slice(1),
  family_name: "Byron",
  name: `${sub[0].toUpperCase() + sub.slice(1)} Byron`,
});
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "workshops",
    client_secret: "a secret of the tests",
    redirect_uris: [`${site}/sign-in/back/`],
    post_logout_redirect_uris: [`${site}/signed-out/`],
  }],
  claims: { email: ["email", "email_verified"], profile: ["name", "given_name", "family_name"] },
  cookies: { keys: ["a key of the tests"] },
  pkce: { required: () => true, methods: ["S256"] },
  findAccount: (_context, sub) => ({ accountId: sub, claims: () => described(sub) }),
});
provider.listen(Number(port), "127.0.0.1");
