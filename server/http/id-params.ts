import { z } from 'zod';

/** `:id` of a path. Anything but a UUID names nothing: 404. */
export const idParamsSchema = z.object({ id: z.uuid() });
