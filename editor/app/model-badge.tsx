import { Cpu } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useSession } from '../api/queries.ts';
import { cn } from '../ui/cn.ts';

/** Says that the built-in AI answers, as long as the server has no language model. */
export function ModelBadge({ className }: { className?: string }) {
  const { t } = useTranslation();
  const { data: session } = useSession();
  if (!session || session.languageModel !== undefined) return null;
  return (
    <p className={cn('flex items-center gap-1.5 text-xs text-muted-foreground', className)}>
      <Cpu className="size-3.5 shrink-0" aria-hidden />
      <span>
        {t('builtinAi')}{' '}
        <Link
          to="/settings/ai/models"
          className="rounded-sm underline underline-offset-2 hover:text-foreground"
        >
          {t('builtinAi.add')}
        </Link>
      </span>
    </p>
  );
}
