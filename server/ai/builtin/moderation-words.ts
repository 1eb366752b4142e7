/**
 * Words and phrases by which the built-in moderation knows what it looks for, in English, German, Spanish, French, Portuguese
 * and Italian, a few in others. Lower case and without accents (guardrails/plain-text.ts). A `*` at the end stands for any
 * ending. Words that are as often harmless ("killer outfit") are not here, or in a phrase that is not.
 */
export const INSULTS = `
idiot* moron* imbecile* stupid dumbass dumb_bitch bitch bitches asshole* arsehole* bastard* scumbag* scum dickhead* douchebag* loser
losers pathetic_people trash_people piece_of_shit pieces_of_shit fuck_you fuck_off go_fuck screw_you motherfucker* cunt cunts wanker*
retarded you_retard stfu you_suck clown_company bunch_of_clowns fat_pig ugly_pig brainless freak_show hate_you go_to_hell
idioten vollidiot* dumm_wie arschloch* wichser* hurensohn* schlampe* fotze* missgeburt* spast* spasti* trottel deppen du_depp drecksack*
halt_die_fresse halt_dein_maul fick_dich fickt_euch verpiss* du_bist_dumm ihr_seid_dumm abschaum schwachkopf*
idiota* estupid* imbecil* gilipollas cabron* hijo_de_puta hijos_de_puta puta putas pendej* mierda_de_gente vete_a_la_mierda
que_te_jodan jodete callate tarad* subnormal* maricon*
idiote* connard* connasse* salope* encule* batard* fils_de_pute ta_gueule va_te_faire abruti* cretin* debile* pauvre_con ferme_la
nique_ta* pute
otario* babaca* filho_da_puta filha_da_puta vai_se_foder vai_tomar_no_cu vtnc fdp cuzao arrombado* burro_demais cala_a_boca
vagabunda*
stronzo stronzi stronza coglione coglioni testa_di_cazzo vaffanculo figlio_di_puttana puttana cretino cretini imbecille*
sei_un_cesso merda_umana
kurwa spierdalaj klootzak kankerlijer godverdomme_jij сука суки дебил* идиот* тупой мудак* orospu* siktir* salak
`;

export const THREATS = `
i_will_kill_you i'll_kill_you i_will_find_you i'll_find_you kill_you_all we_will_find_you i_know_where_you_live i_will_hurt_you
i'll_hurt_you you_will_regret you'll_regret_this watch_your_back i_will_burn burn_your_shop burn_down_your i_hope_you_die hope_you_die
you_deserve_to_die going_to_kill gonna_kill_you you_are_dead you're_dead smash_your_face beat_you_up blow_up_your
ich_bring_dich_um ich_bringe_dich_um ich_finde_dich ich_weiss_wo_du_wohnst ich_mach_dich_fertig du_wirst_es_bereuen verrecke* stirb
ich_komme_vorbei_und_dann
te_voy_a_matar voy_a_matarte te_voy_a_encontrar se_donde_vives te_vas_a_arrepentir ojala_te_mueras muerete
je_vais_te_tuer je_vais_te_retrouver je_sais_ou_tu_habites tu_vas_le_regretter j'espere_que_tu_meurs
vou_te_matar vou_te_achar sei_onde_voce_mora voce_vai_se_arrepender morre_logo
ti_ammazzo ti_uccido so_dove_abiti te_ne_pentirai devi_morire spero_che_muori
я_тебя_убью seni_oldururum
`;

export const HATE = `
nigger* nigga* faggot* fags tranny trannies kike* spic spics chink* gook* wetback* paki pakis sand_nigger raghead* towelhead* subhuman*
untermensch* go_back_to_your_country white_power heil_hitler sieg_heil gas_the ethnic_cleansing inferior_race
kanake* neger schwuchtel* judensau zigeunerpack auslander_raus geht_zuruck_in_euer_land
sudaca* maricones_de negrata* moro_de_mierda vuelve_a_tu_pais vete_a_tu_pais
sale_arabe sale_juif sale_noir bougnoul* sale_negre tapette* sale_pede rentre_dans_ton_pays
viado* macaco_preto volta_pro_seu_pais negro_di_merda frocio froci terrone torna_al_tuo_paese
пидор* хохл* жиды
`;

export const SEXUAL = `
porn* pornhub onlyfans nudes send_nudes naked_pics nude_pics nudity blowjob* handjob* dick_pic* dickpic* horny cum_on cumshot* anal_sex
hardcore_sex sex_chat sexcam* cam_girl* camgirl* escort_service* hot_singles milf* masturbat* suck_my_dick sugar_daddy sugar_mommy
xxx_video* want_to_fuck fuck_me wanna_fuck big_boobs big_tits show_your_tits
nacktbild* nacktfoto* geil_auf ficken porno* titten_zeig blasen_fur sexkontakt*
desnudos manda_nudes follar fotos_desnuda chupame mamada* tetas_grandes quiero_follarte
photos_nues sexe_gratuit baiser_ce_soir plan_cul suce_moi
manda_nude transar buceta* punheta* gostosa_pelada quero_te_comer
foto_nuda foto_nude troia_nuda pompino pompini
`;

export const SELF_HARM = `
kill_myself killing_myself want_to_die wanna_die end_my_life suicid* self_harm cut_myself cutting_myself kys kill_yourself hang_myself
no_reason_to_live better_off_dead_me
mich_umbringen will_sterben selbstmord* bring_dich_um ritze_mich nicht_mehr_leben
suicidarme quiero_morir matarme no_quiero_vivir cortarme_las_venas
me_suicider envie_de_mourir me_tuer je_veux_mourir
me_matar quero_morrer suicidar nao_quero_mais_viver
uccidermi voglio_morire ammazzarmi farla_finita
`;

export const VIOLENCE = `
behead* dismember* torture_them mass_shooting school_shooting shoot_them_all bomb_threat stab_them stabbed_to_death bloodbath gore_video
how_to_make_a_bomb build_a_bomb shoot_up_the
enthaupt* amoklauf bombe_bauen abstechen abgestochen
decapitar tiroteo_masivo fabricar_una_bomba apunalar
decapiter fabriquer_une_bombe poignarder tuerie
decapitar_ fazer_uma_bomba esfaquear chacina
decapitare costruire_una_bomba accoltellare strage
`;

export const SPAM = `
free_followers buy_followers get_followers 10k_followers real_likes follow_back follow_for_follow f4f l4l s4s like_for_like promote_it_on
dm_us_to_collab send_pic_to check_my_bio link_in_my_bio click_the_link click_here click_my_link earn_money make_money_online
earn_from_home work_from_home_and passive_income crypto_giveaway bitcoin_investment forex_trader* binary_options guaranteed_profit
double_your_money claim_your_prize you_have_been_selected you_won_an win_an_iphone free_iphone gift_card_free recovered_my_account
hacked_account_recovery text_me_on_whatsapp whatsapp_me telegram_channel join_my_telegram investment_plan cheap_rolex weight_loss_trick
only_for_today_click dm_me_to_earn inbox_me_now account_will_be_deleted copyright_infringement_verify
follower_kaufen geld_verdienen_von schnell_geld passives_einkommen klick_auf_den_link link_in_meiner_bio gewinnspiel_gewonnen
ganar_dinero_desde gana_dinero seguidores_gratis comprar_seguidores haz_clic link_en_mi_bio ingresos_pasivos
gagner_de_l'argent abonnes_gratuits acheter_des_abonnes clique_sur_le_lien lien_dans_ma_bio
ganhar_dinheiro seguidores_gratis_ comprar_seguidores_ clique_no_link link_na_minha_bio renda_extra
guadagnare_da_casa follower_gratis comprare_follower clicca_sul_link link_nella_mia_bio guadagna_subito
`;
