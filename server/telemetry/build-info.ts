import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import { programVersion } from '../program-version.ts';

/** Which version runs here, as labels of a figure that is always 1. */
export function addBuildInfo(registry: Registry): void {
  new Gauge({
    name: 'replygraph_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node_version'],
    registers: [registry],
  })
    .labels(programVersion(), process.version)
    .set(1);
}
