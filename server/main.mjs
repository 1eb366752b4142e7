/** What `npm start` runs. */
import { launch } from './launch.mjs';

const script = process.argv.includes('--dev') ? './dev.ts' : './start.ts';

launch(() => import(script));
