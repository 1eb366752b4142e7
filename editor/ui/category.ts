import type { LucideIcon } from 'lucide-react';
import { BookOpen, Camera, GitBranch, Shapes, Sparkles, UserRound, UsersRound, Zap } from 'lucide-react';
import type { NodeCategory } from '../../engine/node-type.ts';

export type CategoryLook = {
  icon: LucideIcon;
  /** For text and icons: 4.5:1 on every surface. */
  text: string;
  /** A tint of the same colour, to put the icon on. */
  tint: string;
  border: string;
  /** The colour itself, for what takes no class. */
  color: string;
};

const LOOKS: Record<NodeCategory, CategoryLook> = {
  trigger: look(Zap, 'trigger', 'text-category-trigger', 'bg-category-trigger/12', 'border-category-trigger'),
  ai: look(Sparkles, 'ai', 'text-category-ai', 'bg-category-ai/12', 'border-category-ai'),
  knowledge: look(
    BookOpen,
    'knowledge',
    'text-category-knowledge',
    'bg-category-knowledge/12',
    'border-category-knowledge',
  ),
  logic: look(GitBranch, 'logic', 'text-category-logic', 'bg-category-logic/12', 'border-category-logic'),
  people: look(
    UsersRound,
    'people',
    'text-category-people',
    'bg-category-people/12',
    'border-category-people',
  ),
  instagram: look(
    Camera,
    'instagram',
    'text-category-instagram',
    'bg-category-instagram/12',
    'border-category-instagram',
  ),
  contact: look(
    UserRound,
    'contact',
    'text-category-contact',
    'bg-category-contact/12',
    'border-category-contact',
  ),
  other: look(Shapes, 'other', 'text-category-other', 'bg-category-other/12', 'border-category-other'),
};

/** In the order of the palette. */
export const CATEGORIES = Object.keys(LOOKS) as NodeCategory[];

/** Colour and icon of a category; its name is `t('ui:category.<category>')`. Custom types may name unknown ones. */
export function categoryLook(category: string): CategoryLook {
  return isCategory(category) ? LOOKS[category] : LOOKS.other;
}

function isCategory(category: string): category is NodeCategory {
  return Object.hasOwn(LOOKS, category);
}

function look(
  icon: LucideIcon,
  name: NodeCategory,
  text: string,
  tint: string,
  border: string,
): CategoryLook {
  return { icon, text, tint, border, color: `var(--category-${name})` };
}
