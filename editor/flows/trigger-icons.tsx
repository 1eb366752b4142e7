import type { LucideIcon } from 'lucide-react';
import {
  AtSign,
  CalendarClock,
  CirclePlay,
  Heart,
  Link,
  MessageCircle,
  MousePointerClick,
  PhoneIncoming,
  Radio,
  Reply,
  Send,
  TrendingUp,
  TriangleAlert,
  Webhook,
  Zap,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';

const ICONS: Record<string, LucideIcon> = {
  'trigger.comment': MessageCircle,
  'trigger.live_comment': Radio,
  'trigger.message': Send,
  'trigger.postback': MousePointerClick,
  'trigger.story_reply': Reply,
  'trigger.story_mention': AtSign,
  'trigger.mention': AtSign,
  'trigger.reaction': Heart,
  'trigger.referral': Link,
  'trigger.schedule': CalendarClock,
  'trigger.comment_spike': TrendingUp,
  'trigger.webhook': Webhook,
  'trigger.call': PhoneIncoming,
  'trigger.manual': CirclePlay,
  'trigger.failure': TriangleAlert,
};

/** What starts a flow, as small icons. */
export function TriggerIcons({ types }: { types: readonly string[] }) {
  const { t } = useTranslation('flows');
  const unique = [...new Set(types)];
  return (
    <ul className="flex gap-1" aria-label={t('triggers')}>
      {unique.map((type) => {
        const Icon = ICONS[type] ?? Zap;
        const name = t(type, { defaultValue: type });
        return (
          <li
            key={type}
            title={name}
            className="flex size-7 items-center justify-center rounded-md bg-category-trigger/12 text-category-trigger"
          >
            <Icon className="size-4" aria-hidden />
            <span className="sr-only">{name}</span>
          </li>
        );
      })}
    </ul>
  );
}
