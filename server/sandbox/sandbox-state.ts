import { z } from 'zod';

const buttonSchema = z.object({
  type: z.enum(['web_url', 'postback']),
  title: z.string(),
  url: z.string().optional(),
  payload: z.string().optional(),
});

/** What the sandbox account is set to, in the platform's own words. */
export const sandboxStateSchema = z.object({
  /** Posts whose comments are switched off. */
  commentsOff: z.array(z.string()).default([]),
  iceBreakers: z.array(z.object({ question: z.string(), payload: z.string() })).default([]),
  menu: z.array(buttonSchema).default([]),
});
export type SandboxState = z.output<typeof sandboxStateSchema>;
