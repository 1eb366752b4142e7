/** What `npm run cli` runs. */
import { launch } from '../launch.mjs';

launch(() => import('./cli.ts'));
