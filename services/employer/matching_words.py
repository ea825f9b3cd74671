"""What each line of the matching report means and what to do about it, in both languages."""

from services.employer.matching import Code
from shared.events.data import Bilingual

REASONS: dict[Code, Bilingual] = {
    "numbers-conflict": Bilingual(
        id="Beberapa NPWP atau NIB disebut milik satu pemberi kerja, lewat nomor yang sama.",
        en="Several NPWP or NIB are said to be of one employer, through a number they share.",
    ),
    "contractor-unknown": Bilingual(
        id="Penyedia ini tidak ada dalam register mana pun (OSS, WLKP, kepesertaan).",
        en="No register (OSS, WLKP, membership) knows this contractor.",
    ),
    "contractor-person": Bilingual(
        id="Penyedia ini perseorangan: PU atau BPU, tidak diharapkan ada dalam register perusahaan.",
        en="This contractor is a natural person: PU or BPU, not expected in the registers.",
    ),
    "award-without-contractor": Bilingual(
        id="Paket ini tidak menyebut nomor penyedia.", en="This award names no contractor by a number."
    ),
    "workers-of-unknown-employer": Bilingual(
        id="Ada pekerja terdaftar pada pemberi kerja yang tidak dikenal register mana pun.",
        en="Workers are enrolled under an employer that no register knows.",
    ),
    "number-alone": Bilingual(
        id="Pemberi kerja ini hanya dikenal dengan satu nomor, sehingga tidak dapat digabung.",
        en="This employer is known by one number alone, so that it cannot be joined with another.",
    ),
}
REMEDIES: dict[Code, Bilingual] = {
    "numbers-conflict": Bilingual(
        id="Periksa fakta-fakta ini; tarik kembali (fact.retracted) yang salah.",
        en="Check these facts; take back (fact.retracted) the one that is wrong.",
    ),
    "contractor-unknown": Bilingual(
        id="Minta data OSS atau WLKP perusahaan ini, atau periksa nomornya pada dokumen kontrak.",
        en="Ask for this firm's OSS or WLKP entry, or check its number in the contract.",
    ),
    "contractor-person": Bilingual(
        id="Periksa kepesertaan orangnya (PU atau BPU) lewat instansi yang mengirim paket.",
        en="Check the person's own cover (PU or BPU) through the agency that sent the award.",
    ),
    "award-without-contractor": Bilingual(
        id="Minta NPWP penyedia kepada pejabat pembuat komitmen.",
        en="Ask the owner of the project for the contractor's NPWP.",
    ),
    "workers-of-unknown-employer": Bilingual(
        id="Kirim profil pemberi kerja ini (NPP beserta NPWP atau NIB).",
        en="Send this employer's profile (its NPP with NPWP or NIB).",
    ),
    "number-alone": Bilingual(
        id="Lihat calon di bawah; bila sama, kirim profil yang menyebut kedua nomor. Belum digabung.",
        en="Look at the candidates; if it is the same, send a profile with both numbers. Nothing was merged.",
    ),
}
