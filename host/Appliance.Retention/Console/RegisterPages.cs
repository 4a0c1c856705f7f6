using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// Makes a key in the browser and shows its public half, to be taken to operator and custodian: only their two
/// signatures let it speak for anybody. Nothing is stored here.
/// </summary>
internal static class RegisterPages
{
    // The attestation of a platform key with its certificates stays well below.
    private const int AttestationMax = 16 << 10;

    public static Reply Show(Visit visit)
    {
        string given = visit.Query("person");
        Id16 person = Id16.New(RandomNumberGenerator.Fill);
        bool isWrong = given.Length > 0 && !Id16.TryParse(given, out person);
        return visit.Page("Register a key", isWrong ? Again(given) : Form(visit, person, given.Length > 0));
    }

    public static Reply Register(Visit visit)
    {
        byte[]? attestation = visit.Bytes("attestation", AttestationMax);
        byte[]? client = visit.Bytes("client", Limits.WebAuthnBytesMax);
        byte[]? given = visit.Bytes("challenge", Hash32.Size);
        if (attestation is null || client is null || given is not { Length: Hash32.Size }
            || !Id16.TryParse(visit.Field("person"), out Id16 person))
        {
            return visit.Refuse(Assertions.Refusal(AssertionFault.Form));
        }

        var challenge = Hash32.FromBytes(given);
        ConsoleOptions options = visit.Parts.Options;
        AssertionFault fault = Registration.TryRead(
            attestation, client, challenge, options.RelyingParty, options.OriginText, out Registration? made);
        if (fault != AssertionFault.None)
        {
            return visit.Refuse(Assertions.Refusal(fault));
        }

        return visit.Parts.Challenges.TryUse(challenge, Ceremony.Registration, person)
            ? Made(visit, new BrowserKey(person, made!.Key, options.RelyingParty, options.OriginText))
            : visit.Refuse(LoginPages.Used);
    }

    private static Html Form(Visit visit, Id16 person, bool isKnown)
    {
        Span<byte> handle = stackalloc byte[Id16.Size];
        person.Write(handle);
        string inForm = Base64Url.EncodeToString(handle);
        Hash32 made = visit.Parts.Challenges.Make(Ceremony.Registration, person);
        return Html.Of($"""
            <h1>Register a key</h1>
            <ol class="steps"><li>Your authenticator makes a key that works for <b>{visit.Parts.Options.OriginText}</b>
            alone.</li><li>You send the file with its public half to operator and custodian, and read its fingerprint
            out to them.</li><li>Both sign your enrolment. Then you can log in.</li></ol>
            {Html.If(isKnown, () => Html.Of(
                $"<p>The new key will stand for person <code>{person.ToString()}</code>.</p>"))}
            <form method="post" action="/register" data-ceremony="create" data-person="{inForm}"
                data-name="person {person.ToString()[..8]}" data-party="{visit.Parts.Options.RelyingParty}"
                data-challenge="{LoginPages.Text(made, out string challenge)}">
            <input type="hidden" name="challenge" value="{challenge}">
            <input type="hidden" name="person" value="{person.ToString()}">
            <input type="hidden" name="attestation"><input type="hidden" name="client">
            <button>Make a key</button>
            <p class="told" data-told role="status"></p>
            </form>
            {LoginPages.NeedsScript}
            <h2>You were enrolled before?</h2>
            <form method="get" action="/register" class="row">
            <label for="person">Your person number, so that the new key replaces the old one</label>
            <input id="person" name="person" pattern="[0-9a-f]{"{32}"}" autocomplete="off" spellcheck="false">
            <button class="second">Use this number</button></form>
            """);
    }

    private static Html Again(string given) => Html.Of($"""
        <h1>Register a key</h1>
        <div class="note bad" role="alert"><p>{given} is no person number: it has 32 hexadecimal digits, as
        <code>retention people enrol</code> printed it.</p></div><p><a href="/register">Back</a></p>
        """);

    private static Reply Made(Visit visit, BrowserKey key) => visit.Page("Your key is made", Html.Of($"""
        <h1>Your key is made</h1>
        <p>It is not enrolled yet. Send this to operator and custodian, and read the fingerprint out to them by
        telephone: whoever can change the file could put in another key.</p>
        <dl class="facts">{Page.Code("Fingerprint", BrowserKey.Fingerprint(key.Key))}
        {Page.Code("Person", key.Person.ToString())}</dl>
        <h2>The file</h2>
        <pre id="key">{key.ToJson()}</pre>
        <p>Save the text as <code>{key.Person.ToString()[..8]}.json</code>, or use
        <a href="data:application/json;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(key.ToJson()))}"
        download="{key.Person.ToString()[..8]}.json">this link</a>. They enrol it with</p>
        <pre>retention people enrol --browser-key {key.Person.ToString()[..8]}.json --label BADGE \
          --authority NAME --kind police --office OFFICE --role requester --until TIME \
          --operator FILE --custodian FILE --to FOLDER</pre>
        <p>Then <a href="/login">log in</a>.</p>
        """));
}
