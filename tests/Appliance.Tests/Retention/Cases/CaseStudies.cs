namespace Appliance.Tests.Retention.Cases;

/// <summary>A question of a case study, and what must be answered.</summary>
/// <param name="Purpose">1 who sent; 2 which services; 3 whether a service.</param>
/// <param name="Text">The question in words.</param>
/// <param name="Arguments">The question as it is put to the program.</param>
/// <param name="With">Answer with Internet Connection Records.</param>
/// <param name="Without">Answer where only who had which address is kept.</param>
internal sealed record CaseQuestion(int Purpose, string Text, string[] Arguments, string With, string Without);

/// <summary>A case study of annexes A and B of the operational case.</summary>
/// <param name="Number">Number in the document.</param>
/// <param name="Title">Its heading there.</param>
/// <param name="Questions">What the network provider is asked.</param>
internal sealed record CaseStudy(int Number, string Title, IReadOnlyList<CaseQuestion> Questions)
{
    private const string Afternoon = "--from 2024-10-04T15:00Z --to 2024-10-04T15:59Z";
    private const string Metropolitan = "Metropolitan Police";
    private const string Agency = "National Crime Agency";

    /// <summary>Uses of services by the lines of the cases: line, minute, service, remote. It
    /// stands before the cases, which take their expected answers from it.</summary>
    public static readonly IReadOnlyList<(string Line, string Start, string Last, string Service, string Remote)> Uses =
    [
        ("100.64.1.1", "15:03", "15:05", "teenchat.example", "198.51.100.21"),
        ("100.64.1.2", "15:05", "15:07", "chatroom.example", "198.51.100.22"),
        ("100.64.1.3", "15:07", "15:09", "", "203.0.113.77"),
        ("100.64.1.4", "15:11", "15:13", "app.bank.example", "198.51.100.24"),
        ("100.64.1.5", "15:15", "15:17", "app.bank.example", "198.51.100.24"),
        ("100.64.1.6", "15:19", "15:21", "currency.example", "198.51.100.25"),
        ("100.64.1.7", "15:23:30", "15:24:30", "mail.film.example", "198.51.100.26"),
        ("100.64.1.7", "15:25:30", "15:26:30", "pay.example", "198.51.100.27"),
        ("100.64.1.8", "15:02", "15:40", "calls.example", "198.51.100.28"),
        ("100.64.1.8", "15:10", "15:12", "messenger.example", "198.51.100.29"),
        ("100.64.1.9", "15:12", "15:14", "messenger.example", "198.51.100.29"),
        ("100.64.1.10", "15:13", "15:15", "calls.example", "198.51.100.28"),
        ("100.64.1.11", "15:28", "15:50", "live.example", "198.51.100.30"),
        ("100.64.1.11", "15:29", "15:31", "social.example", "198.51.100.31"),
        ("100.64.1.12", "15:33:30", "15:34:30", "messenger.example", "198.51.100.29"),
        ("100.64.1.13", "15:39", "15:41", "mail.example", "198.51.100.32"),
        ("100.64.1.14", "15:44", "15:46", "calls.example", "198.51.100.28"),
        ("100.64.1.14", "15:47", "15:48", "messenger.example", "198.51.100.29"),
    ];

    public static readonly IReadOnlyList<CaseStudy> All =
    [
        new(1, $"{Metropolitan} – Child sexual exploitation",
        [
            Who("Which line used the shared address to reach the teenage chat room in that minute?",
                "15:04", "--service teenchat.example", "100.64.1.1"),
        ]),
        new(2, $"{Metropolitan} – Child sexual exploitation",
        [
            Who("Which line used the shared address to send messages in the internet chat room?",
                "15:06", "--service chatroom.example", "100.64.1.2"),
        ]),
        new(3, $"{Metropolitan} – Child sexual exploitation",
        [
            Who("Which line used the shared address to reach the shared file, at the peer that offered it?",
                "15:08", "--remote 203.0.113.77:51413", "100.64.1.3"),
        ]),
        new(4, $"{Metropolitan} – Fraud",
        [
            Who("Which line used the shared address with the banking app when the first transfer was made?",
                "15:12", "--service app.bank.example", "100.64.1.4"),
            Who("Which line did so when the second transfer was made?",
                "15:16", "--service app.bank.example", "100.64.1.5"),
        ]),
        new(5, $"{Metropolitan} – Fraud",
        [
            Who("Which line used the shared address with the online currency service's app?",
                "15:20", "--service currency.example", "100.64.1.6"),
        ]),
        new(6, $"{Metropolitan} – Fraud",
        [
            Who("Which line used the shared address with the work mail account that was taken over?",
                "15:24", "--service mail.film.example", "100.64.1.7"),
            Who("Which line used it with the app that moved the money?",
                "15:26", "--service pay.example", "100.64.1.7"),
        ]),
        new(7, $"{Metropolitan} – Fraud",
        [
            What("Which communications services did the suspect's device use?", "100.64.1.8"),
        ]),
        new(8, $"{Agency} – Human Trafficking",
        [
            What("Which communications services did the first of the group's devices use?", "100.64.1.9"),
            What("Which did the second use?", "100.64.1.10"),
        ]),
        new(9, $"{Agency} – Distribution of Indecent Imagery of Children",
        [
            What("Which services did a core suspect's device use, without seizing it?", "100.64.1.11"),
            Whether("Did it use the live-streaming service?", "100.64.1.11", "live.example"),
            Who("Which line was the other participant whose address the messaging service gave?",
                "15:34", "--service messenger.example", "100.64.1.12"),
        ]),
        new(10, $"{Agency} – Fraud",
        [
            Who("Which line connected to the mail account from the address that the mail provider gave?",
                "15:40", "--service mail.example", "100.64.1.13"),
            Whether("Did the dongle's line use that mail service that afternoon?", "100.64.1.13", "mail.example"),
        ]),
        new(11, $"{Agency} – Drugs Trafficking",
        [
            What("Which services did the phone use that was found in the records of the others and not seized?",
                "100.64.1.14"),
        ]),
    ];

    private static CaseQuestion Who(string text, string minute, string contacted, string line) => new(
        1,
        text,
        ["resolve", "--ip", "192.0.2.1", "--at", $"2024-10-04T{minute}Z", .. contacted.Split(' ')],
        $"identified: {line}",
        "ambiguous 40");

    private static CaseQuestion What(string text, string line) => new(
        2,
        text,
        ["services", line, .. Afternoon.Split(' ')],
        "found: " + string.Join(
            ", ", Uses.Where(use => use.Line == line).Select(use => use.Service).Append("everybody.example").Order()),
        "not covered");

    private static CaseQuestion Whether(string text, string line, string service) => new(
        3, text, ["accessed", line, "--service", service, .. Afternoon.Split(' ')], "yes", "not covered");
}
