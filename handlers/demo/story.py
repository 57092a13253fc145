"""The afternoon at Marsh Lane Primary, as it is played and as it must go. There is no message but these."""

from handlers.demo.script import TELEGRAM, Phone, Plan, Process, Scene, Story, at

ASHA = Phone("Asha", "visitor", "+447700900001", vehicle="red Fiesta AB12 CDE")
BEN = Phone("Ben", "visitor", "+447700900002", telegram_id="7002")
OLIVE = Phone("Olive", "office", "+447700900010")
HENRY = Phone("Henry", "headteacher", "+447700900011")
DANA = Phone("Dana", "deputy", "+447700900012")
DEE = Phone("Dee", "dsl", "+447700900013")
BRUNO = Phone("Bruno", "business_manager", "+447700900014")

PLANS = (
    Plan(ASHA, "14 Larch Road", "K.T.", "attendance", "13:05", "13:35"),
    Plan(ASHA, "3 Weir Close", "K.T.", "welfare", "14:00", "14:40"),
    Plan(BEN, "27 Foundry Lane", "K.T.", "attendance", "14:30", "15:15"),
    Plan(ASHA, "Flat 2, 9 Tanner Street", "K.T.", "a form to sign", "15:20", "15:45"),
    Plan(BEN, "The Old Mill, Kiln Row", "K.T.", "welfare", "16:10", "16:50"),
)

BRIEFED = Scene(
    "What is known of each home",
    "Henry has said yes, on paper. What is to be known comes first, and 5 says that it has been read.",
    (ASHA, BEN),
    (
        at(
            "13:00",
            ASHA.gets("BRIEFING 1, 13:05-13:35"),
            ASHA.gets("BRIEFING 2, 14:00-14:40"),
            ASHA.gets("BRIEFING 4, 15:20-15:45"),
            BEN.gets("BRIEFING 3, 14:30-15:15", by=TELEGRAM),
            BEN.gets("BRIEFING 5, 16:10-16:50", by=TELEGRAM),
        ),
        at("13:01", ASHA.texts("5"), ASHA.gets("READ 1, 2, 4 noted 13:01")),
        at("13:02", BEN.taps("5"), BEN.gets("READ 3, 5 noted 13:02", by=TELEGRAM)),
    ),
)

UNEVENTFUL = Scene(
    "A visit like most",
    "Arrived, asked, all OK, left: three texts for Asha, one for the office.",
    (ASHA, OLIVE),
    (
        at("13:04", ASHA.texts("arrived"), ASHA.gets("ARRIVED 13:04", "asked at 13:15", "expected 13:35")),
        at("13:15", ASHA.gets("Is all OK?")),
        at("13:16", ASHA.texts("2")),
        at("13:33", ASHA.texts("left"), ASHA.gets("LEFT 13:33"), OLIVE.gets("A. LEFT 13:33", "closed")),
    ),
)

CODE_WORD = Scene(
    "A blue folder",
    "An innocent question, with the code word in it. Asha's phone gives nothing away.",
    (ASHA, OLIVE, HENRY),
    (
        at("14:01", ASHA.texts("just arrived"), ASHA.gets("ARRIVED 14:01", "asked at 14:10", "expected 14:40")),
        at(
            "14:04",
            ASHA.texts("did you pack the blue folder? see you at three"),
            ASHA.gets("nothing has changed"),
            OLIVE.gets("ALARM {code} 14:04: CODE WORD from Asha at 3 Weir Close", "Do NOT ring", "Ring 999"),
            HENRY.gets("ALARM {code} 14:04: CODE WORD from Asha at 3 Weir Close", "Do NOT ring", "Ring 999"),
        ),
        at(
            "14:05",
            OLIVE.texts("1"),
            OLIVE.gets("{code} is yours 14:05", "SAFE {code}"),
            HENRY.gets("{code} 14:05: Olive has it"),
        ),
        at("14:10", ASHA.gets("Is all OK?")),
        at(
            "14:11",
            ASHA.texts("2"),
            OLIVE.gets("{code} 14:11", "Do NOT take it as safe: code word"),
            HENRY.gets("{code} 14:11", "Do NOT take it as safe: code word"),
        ),
        at(
            "14:13",
            OLIVE.texts("safe {code} police went in, Asha is out and well"),
            OLIVE.gets("{code} ENDED 14:13 by Olive: safe.", "police went in"),
            HENRY.gets("{code} ENDED 14:13 by Olive: safe.", "police went in"),
        ),
        at("14:15", ASHA.texts("left"), ASHA.gets("LEFT 14:15"), OLIVE.gets("A. LEFT 14:15", "closed")),
    ),
)

SILENCE = Scene(
    "Silence at the check-in",
    "Ben does not answer, and nor does the office. Two minutes on, Henry does.",
    (BEN, OLIVE, HENRY),
    (
        at("14:31", BEN.taps("Arrived"), BEN.gets("ARRIVED 14:31", "asked at 14:40", by=TELEGRAM)),
        at("14:40", BEN.gets("Is all OK?", by=TELEGRAM)),
        at("14:42", BEN.gets("No answer yet. Is all OK?"), BEN.gets("No answer yet. Is all OK?", by=TELEGRAM)),
        at("14:44", OLIVE.gets("ALARM {code} 14:44: Ben missed check-in at 27 Foundry Lane", "heard 14:31")),
        at(
            "14:46",
            OLIVE.gets("{code} 14:46: no answer yet, so Henry is told too"),
            HENRY.gets("ALARM {code} 14:46: Ben missed check-in at 27 Foundry Lane", "Ring +447700900002"),
        ),
        at("14:47", HENRY.texts("mine"), OLIVE.gets("{code} 14:47: Henry has it"), HENRY.gets("{code} is yours 14:47")),
        at(
            "14:51",
            HENRY.texts("safe {code} rang the house, his phone was on silent"),
            OLIVE.gets("{code} ENDED 14:51 by Henry: safe.", "on silent"),
            HENRY.gets("{code} ENDED 14:51 by Henry: safe.", "on silent"),
        ),
        at("14:53", BEN.taps("All OK"), BEN.gets("OK 14:53", "expected 15:15", by=TELEGRAM)),
        at("15:12", BEN.texts("left"), BEN.gets("LEFT 15:12"), OLIVE.gets("B. LEFT 15:12", "closed")),
    ),
)

OVERDUE = Scene(
    "Out late, left late",
    'The end passes without a word. A late "left" ends the alarm it raised.',
    (ASHA, OLIVE),
    (
        at("15:21", ASHA.texts("arrived"), ASHA.gets("ARRIVED 15:21", "asked at 15:30", "expected 15:45")),
        at("15:30", ASHA.gets("Is all OK?")),
        at("15:31", ASHA.texts("all ok")),
        at("15:50", ASHA.gets("Expected to end 15:45", "ANOTHER 20 MINS")),
        at("15:52", ASHA.gets("No answer yet. Expected to end 15:45")),
        at("15:54", OLIVE.gets("ALARM {code} 15:54: Asha overdue at Flat 2, 9 Tanner Street", "due out 15:45")),
        at(
            "15:55",
            ASHA.texts("so sorry, left now"),
            ASHA.gets("LEFT 15:55"),
            OLIVE.gets("{code} ENDED 15:55: Asha texted LEFT"),
            OLIVE.gets("A. LEFT 15:55", "closed"),
        ),
    ),
)

KILLED = Scene(
    "The machine dies in mid-climb",
    "Dana's turn comes while nothing runs. She is told, and nobody is told twice.",
    (BEN, OLIVE, HENRY, DANA),
    (
        at("16:11", BEN.taps("Arrived"), BEN.gets("ARRIVED 16:11", "asked at 16:20", by=TELEGRAM)),
        at("16:20", BEN.gets("Is all OK?", by=TELEGRAM)),
        at("16:22", BEN.gets("No answer yet. Is all OK?"), BEN.gets("No answer yet. Is all OK?", by=TELEGRAM)),
        at("16:24", OLIVE.gets("ALARM {code} 16:24: Ben missed check-in at The Old Mill, Kiln Row")),
        at(
            "16:26",
            OLIVE.gets("{code} 16:26: no answer yet, so Henry is told too"),
            HENRY.gets("ALARM {code} 16:26: Ben missed check-in at The Old Mill, Kiln Row"),
        ),
        at("16:27", Process.KILLED),
        at(
            "16:29",
            Process.STARTED,
            BEN.gets("GUARD BACK 16:29: Doorstep stood still since 16:27"),
            OLIVE.gets("GUARD BACK 16:29: Doorstep watches again. From 16:27 it did not"),
            OLIVE.gets("{code} 16:29: no answer yet, so Dana is told too"),
            HENRY.gets("{code} 16:29: no answer yet, so Dana is told too"),
            DANA.gets("ALARM {code} 16:29: Ben missed check-in at The Old Mill, Kiln Row", "heard 16:11"),
        ),
        at(
            "16:30",
            DANA.texts("1"),
            OLIVE.gets("{code} 16:30: Dana has it"),
            HENRY.gets("{code} 16:30: Dana has it"),
            DANA.gets("{code} is yours 16:30"),
        ),
        at(
            "16:33",
            BEN.texts("left"),
            BEN.gets("LEFT 16:33"),
            OLIVE.gets("{code} ENDED 16:33: Ben texted LEFT"),
            OLIVE.gets("B. LEFT 16:33", "closed"),
            HENRY.gets("{code} ENDED 16:33: Ben texted LEFT"),
            DANA.gets("{code} ENDED 16:33: Ben texted LEFT"),
        ),
    ),
)

AFTERNOON = Story(
    school="Marsh Lane Primary",
    key="marsh_lane",
    code_word="blue folder",
    day="2026-11-23",
    begins="13:00",
    ends="17:00",
    cast=(ASHA, BEN, OLIVE, HENRY, DANA, DEE, BRUNO),
    plans=PLANS,
    scenes=(BRIEFED, UNEVENTFUL, CODE_WORD, SILENCE, OVERDUE, KILLED),
    authorised=HENRY,
)
