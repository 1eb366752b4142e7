import { formatDistanceStrict } from 'date-fns';
import { de } from 'date-fns/locale/de';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cn } from './cn.ts';

/** When something happened or will happen: "3 minutes ago", with the exact time on hover. */
export function RelativeTime({ at, className }: { at: string; className?: string }) {
  const { i18n, t } = useTranslation('ui');
  const now = useNow();
  const date = new Date(at);
  const isNow = Math.abs(now - date.getTime()) < 5_000;
  const locale = i18n.language === 'de' ? { locale: de } : {};
  return (
    <time
      dateTime={at}
      title={exactTime(at, i18n.language)}
      className={cn('whitespace-nowrap tabular-nums', className)}
    >
      {isNow ? t('now') : formatDistanceStrict(date, now, { addSuffix: true, ...locale })}
    </time>
  );
}

/** Date and time to the second, in the viewer's time zone. */
export function exactTime(at: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));
}

const TICK_MS = 15_000;
const tickListeners = new Set<() => void>();
let ticker: ReturnType<typeof setInterval> | undefined;

/** The time, four times a minute, from one timer for the whole page. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const tick = () => setNow(Date.now());
    tickListeners.add(tick);
    ticker ??= setInterval(() => {
      for (const listener of tickListeners) listener();
    }, TICK_MS);
    return () => {
      tickListeners.delete(tick);
      if (tickListeners.size > 0) return;
      clearInterval(ticker);
      ticker = undefined;
    };
  }, []);
  return now;
}
