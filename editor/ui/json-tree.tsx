import { ChevronRight, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { cn } from './cn.ts';
import { copyText } from './copy-button.tsx';

export type JsonTreeProps = {
  value: unknown;
  /** Put before every path that is copied: `steps.classify.output`. */
  path?: string;
  /** How many levels are open at first. */
  openLevels?: number;
  className?: string;
};

/** JSON as a tree; each row copies its path, ready for a template. */
export function JsonTree({ value, path = '', openLevels = 2, className }: JsonTreeProps) {
  return (
    <ul className={cn('font-mono text-xs leading-5', className)}>
      <JsonRow name={null} value={value} path={path} openLevels={openLevels} />
    </ul>
  );
}

/** `parent.key`, or with brackets where the key is no plain word. */
export function joinPath(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`;
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${parent}[${JSON.stringify(key)}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

/** Longer lists are cut: the page stays usable and nobody reads on. */
const MOST_ENTRIES = 200;

type RowProps = { name: string | null; value: unknown; path: string; openLevels: number };

function JsonRow({ name, value, path, openLevels }: RowProps) {
  const { t } = useTranslation('ui');
  const [isOpen, setIsOpen] = useState(openLevels > 0);
  const entries = entriesOf(value);
  const copy = async () => {
    if (await copyText(path, t('copy.failed'))) toast.success(t('json.copied', { path }));
  };
  return (
    <li>
      <div className="group flex items-start gap-1">
        {entries ? (
          <button
            type="button"
            aria-expanded={isOpen}
            aria-label={name ?? t('json.root')}
            onClick={() => setIsOpen(!isOpen)}
            className="mt-0.5 rounded hover:bg-muted"
          >
            <ChevronRight className={cn('size-4 text-muted-foreground', isOpen && 'rotate-90')} aria-hidden />
          </button>
        ) : (
          <span className="w-4 shrink-0" />
        )}
        {name !== null && <span className="shrink-0 text-muted-foreground">{name}:</span>}
        <span className="min-w-0 break-words whitespace-pre-wrap">
          {entries ? summaryOf(value, entries.length) : <Scalar value={value} />}
        </span>
        {path !== '' && (
          <button
            type="button"
            aria-label={t('json.copy', { path })}
            title={path}
            onClick={copy}
            className="mt-0.5 rounded p-0.5 text-muted-foreground opacity-0 group-hover:opacity-100 hover:bg-muted focus-visible:opacity-100"
          >
            <Copy className="size-3" aria-hidden />
          </button>
        )}
      </div>
      {entries && isOpen && (
        <ul className="ml-2 border-l border-border pl-2">
          {entries.slice(0, MOST_ENTRIES).map(([key, child]) => (
            <JsonRow
              key={key}
              name={String(key)}
              value={child}
              path={path === '' && typeof key === 'number' ? '' : joinPath(path, key)}
              openLevels={openLevels - 1}
            />
          ))}
          {entries.length > MOST_ENTRIES && (
            <li className="pl-5 text-muted-foreground">
              {t('json.more', { count: entries.length - MOST_ENTRIES })}
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

function entriesOf(value: unknown): [string | number, unknown][] | null {
  if (Array.isArray(value)) return value.map((item, index) => [index, item]);
  if (typeof value === 'object' && value !== null) return Object.entries(value);
  return null;
}

const summaryOf = (value: unknown, count: number) => (
  <span className="text-muted-foreground">{Array.isArray(value) ? `[${count}]` : `{${count}}`}</span>
);

function Scalar({ value }: { value: unknown }) {
  if (typeof value === 'string') return <span className="text-state-succeeded">"{value}"</span>;
  if (typeof value === 'number') return <span className="text-category-ai">{value}</span>;
  return <span className="text-category-trigger">{value === undefined ? '–' : String(value)}</span>;
}
