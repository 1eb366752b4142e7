import { CircleAlert, CircleCheck, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '../ui/cn.ts';

const LOOKS = {
  good: { icon: CircleCheck, frame: 'border-state-succeeded/40', color: 'text-state-succeeded' },
  bad: { icon: CircleAlert, frame: 'border-destructive/40 bg-destructive/8', color: 'text-destructive' },
  plain: { icon: Info, frame: 'border-border bg-muted', color: 'text-muted-foreground' },
};

export type NoticeProps = {
  tone: keyof typeof LOOKS;
  title: ReactNode;
  children?: ReactNode;
  /** At the right. */
  action?: ReactNode;
};

/** Something over a page that people have to know. */
export function Notice({ tone, title, children, action }: NoticeProps) {
  const { icon: Icon, frame, color } = LOOKS[tone];
  return (
    <div className={cn('flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border px-4 py-3', frame)}>
      <Icon className={cn('size-5 shrink-0', color)} aria-hidden />
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-medium">{title}</p>
        {children && <div className="text-muted-foreground">{children}</div>}
      </div>
      {action}
    </div>
  );
}
