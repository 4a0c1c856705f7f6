using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Tests.Retention.Requests;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>
/// A store whose warden answers on a socket, records of two lines over a morning, and a referral that an order names.
/// </summary>
internal sealed class OrderedReferralWorld : IDisposable
{
    // Hours apart, so that each makes a question of its own.
    private static readonly long[] Seconds = [10_000, 20_000, 30_000];

    private static readonly string[] Lines =
    [
        "case,ip,port,time,service",
        "A,192.0.2.1,1100,2024-10-04T00:01:42Z,", "A,203.0.113.9,,2024-10-04T01:00Z,",
        "B,192.0.2.1,,2024-10-04T02:46:42Z,chat.example.org", "B,,,,",
        "C,192.0.2.1,3000,2024-10-04T05:33:22Z,", "C,192.0.2.1,3000,2024-10-04T05:33:23Z,",
        "D,192.0.2.1,3000,2024-10-04T08:20:02Z,", "D,192.0.2.1,3000,2024-10-04T08:20,",
        "E,198.51.100.1,1,2024-10-04T01:00Z,",
        "F,192.0.2.1,3000,2024-10-04T11:59Z,", "F,192.0.2.1,4444,2024-10-04T00:01:42Z,",
    ];

    public OrderedReferralWorld(bool live = true)
    {
        Orders = new OrderWorld();
        foreach (long second in Seconds)
        {
            Orders.AddLater(second, Rows(second));
        }

        Orders.SetUp(live: live);
        File.WriteAllLines(Orders.File("referral.csv"), Lines);
        File.WriteAllLines(
            Orders.File("plan.csv"), ["prefix,use,realm,from,to", "192.0.2.0/24,shared,,,", "203.0.113.0/25,fixed,,,"]);
        Orders.Succeed("addresses", "import", Orders.File("plan.csv"), "--data", Orders.Data);
        Orders.StartWarden();
    }

    public OrderWorld Orders { get; }

    /// <summary>Lines of the file that ask something.</summary>
    public static int LineCount => Lines.Length - 1;

    /// <summary>What the order must say of the file.</summary>
    public string Statement(params string[] more) =>
        Orders.Succeed(["referral", Orders.File("referral.csv"), "--statement", .. more]).TrimEnd();

    /// <summary>An approved order of the file.</summary>
    public string Order(string? statement = null, string address = "192.0.2.99:1")
    {
        string request = Orders.Request(
            address, to: "2024-10-04T11:00Z", more: ("referral", statement ?? Statement()));
        Orders.Approve(request);
        return request;
    }

    /// <summary>Asks, and hands the parts over to a folder.</summary>
    public (int Code, string Output, string Errors) Refer(string request, string to = "out", params string[] more) =>
        Orders.Run(
        [
            "referral", Orders.File("referral.csv"), "--data", Orders.Data, "--socket", Orders.Socket, "--request",
            request, "--out", Orders.File(to), .. more,
        ]);

    /// <summary>The report that the requester makes of the parts: its three files, one after the other.</summary>
    public string Report(string from = "out")
    {
        string to = Orders.File(from + "-report");
        Orders.Succeed("open", Orders.File(from), "--key", Orders.File("asker.json"), "--out", to);
        string[] files = ["lines.csv", "cases.csv", "summary.json"];
        return string.Concat(files.Select(name => File.ReadAllText(Path.Combine(to, name))));
    }

    /// <summary>
    /// Entries of the log about the order, with the rows of each question in its first entry; those of later runs refer
    /// to it.
    /// </summary>
    public List<(LoggedEntry Entry, string Rows)> Log(string request)
    {
        using var log = TransparencyLog.Open(Orders.Store.Log, Orders.Clock);
        return
        [
            .. log.Entries(0, int.MaxValue)
                .Where(entry => entry.Entry.Request.ToString() == request)
                .Select(entry => (entry, entry.Entry.Kind == LogKind.Question && entry.Entry.RefersTo is null
                    ? AskedQuestion.Decode(log.Content(entry.Index)!.Content)!.Rows ?? ""
                    : "")),
        ];
    }

    public void Dispose() => Orders.Dispose();

    private static RowBatch Rows(long second)
    {
        RowBatch rows = TestBox.Rows(second);
        FlowRow first = rows.Flows[0] with { PublicPort = 3000 };
        rows.Flows[0] = first;
        rows.Flows.Add(first with
        {
            Subscriber = rows.Strings.Add("line-2"),
            Service = rows.Strings.Add("chat.example.org"),
            SubscriberAddress = TestBox.Address("100.64.0.2"),
            PublicPort = 3001,
        });
        return rows;
    }
}
