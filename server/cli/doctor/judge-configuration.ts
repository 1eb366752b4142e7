import type { Finding } from './finding.ts';
import { findingsOf } from './finding.ts';
import { nearestName } from './nearest-name.ts';

/** What is looked at of a secret; never the secret itself. */
export type SecretFacts = {
  name: string;
  length: number;
  distinctCharacters: number;
  /** Equal secrets have equal marks. */
  mark: string;
  /** A word that stands in examples and tutorials. */
  isExample: boolean;
};

export type ConfigurationFacts = {
  nodeVersion: string;
  /** What readConfig or the check of the secrets said. */
  errors: string[];
  /** Names of all variables that are set. */
  setNames: string[];
  knownNames: string[];
  secrets: SecretFacts[];
  /** Permission bits of the secrets file; null where there is none. */
  secretsFileMode: number | null;
};

/** The oldest Node that can run the program. */
const OLDEST_NODE = 24;

/** A random value of 16 bytes, written in hex. */
const ENOUGH_CHARACTERS = 32;
const ENOUGH_DISTINCT = 8;

const GOOD_SECRET = 'set it to the output of: openssl rand -hex 32';

export function judgeConfiguration(facts: ConfigurationFacts): Finding[] {
  return [judgeNode(facts), ...judgeVariables(facts), ...judgeSecrets(facts), ...judgeSecretsFile(facts)];
}

function judgeNode({ nodeVersion }: ConfigurationFacts): Finding {
  const { ok, broken } = findingsOf('node');
  if (Number(nodeVersion.split('.')[0]) >= OLDEST_NODE) return ok(`version ${nodeVersion}`);
  return broken(`version ${nodeVersion} is too old`, `install Node.js ${OLDEST_NODE} or newer`);
}

function judgeVariables({ errors, setNames, knownNames }: ConfigurationFacts): Finding[] {
  const { ok, warning, broken } = findingsOf('configuration');
  const findings = errors.map((error) => broken(error, 'correct it in the environment or in .env'));
  const known = new Set(knownNames);
  for (const name of setNames) {
    const meant = known.has(name) ? undefined : nearestName(name, knownNames);
    if (meant && !setNames.includes(meant)) {
      findings.push(
        warning(`${name} is set, which nothing reads`, `rename it to ${meant}, if that is meant`),
      );
    }
  }
  const count = setNames.filter((name) => known.has(name)).length;
  return findings.length > 0 ? findings : [ok(`readable, ${count} of our variables set`)];
}

function judgeSecrets({ secrets }: ConfigurationFacts): Finding[] {
  const { ok, warning } = findingsOf('secrets');
  const findings: Finding[] = [];
  for (const { name, length, distinctCharacters, isExample } of secrets) {
    if (isExample) findings.push(warning(`${name} is a value from an example`, GOOD_SECRET));
    else if (length < ENOUGH_CHARACTERS || distinctCharacters < ENOUGH_DISTINCT) {
      findings.push(warning(`${name} can be guessed: it is short or uniform`, GOOD_SECRET));
    }
  }
  for (const [index, { name, mark }] of secrets.entries()) {
    const twin = secrets.slice(0, index).find((other) => other.mark === mark);
    if (twin) findings.push(warning(`${twin.name} and ${name} are the same`, 'give each a value of its own'));
  }
  if (findings.length > 0) return findings;
  return secrets.length > 0 ? [ok(`${secrets.map(({ name }) => name).join(', ')} are strong`)] : [];
}

function judgeSecretsFile({ secretsFileMode: mode }: ConfigurationFacts): Finding[] {
  if (mode === null) return [];
  const { ok, broken } = findingsOf('secrets');
  if ((mode & 0o077) === 0) return [ok('secrets.json is readable by its owner only')];
  return [
    broken(`others can read secrets.json (mode ${mode.toString(8)})`, 'run chmod 600 on it in DATA_DIR'),
  ];
}
