using Appliance.Tests.Retention.Store;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Requests;

/// <summary>A session that names line-7, its correction from 00:01:00 to 00:02:30; times taken back.</summary>
internal static class Corrected
{
    /// <summary>What names that session, in a correction.</summary>
    public const string Session = "cgn 100.64.0.1 2024-10-03T23:50Z";

    /// <summary>The session of the address, as one of its records has it.</summary>
    public static SessionRow Record(RowBatch rows, TaiTime end) => new()
    {
        Subscriber = rows.Strings.Add("line-7"),
        SubscriberType = rows.Strings.Add("line"),
        Realm = rows.Strings.Add("cgn"),
        Address = TestBox.Address("100.64.0.1"),
        PrefixLength = 32,
        Start = TestBox.At(-600),
        End = end,
        Source = rows.Strings.Add("radius"),
    };

    /// <summary>The first batch has the session of the address; no flow names a line itself.</summary>
    public static void Sessions(RowBatch rows, long second)
    {
        FlowRow flow = rows.Flows[0];
        flow.Subscriber = 0;
        rows.Flows[0] = flow;
        if (second == 0)
        {
            rows.Sessions.Add(Record(rows, TestBox.At(600)));
        }
    }

    /// <summary>Ten minutes later both sign a correction, and the store takes it in; what that printed.</summary>
    public static string Correct(OrderWorld world, params string[] what)
    {
        world.Clock = new TestClock(world.Clock.GetUtcNow().AddMinutes(10));
        world.StartWarden();
        return world.Succeed("errors", "correct", "add", Sign(world, what), "--data", world.Data);
    }

    /// <summary>The file of a correction that both have signed.</summary>
    public static string Sign(OrderWorld world, params string[] what)
    {
        (string half, string both) = (world.File("half"), world.File("both"));

        // A test may give a stretch of its own.
        string[] words = New(world, half);
        if (what is ["--from", var from, "--to", var to, ..])
        {
            words[Array.IndexOf(words, "--from") + 1] = from;
            words[Array.IndexOf(words, "--to") + 1] = to;
            what = what[4..];
        }

        world.Succeed([.. words, .. what]);
        world.Succeed("errors", "correct", "sign", half, "--key", world.File("custodian.json"), "--out", both);
        return both;
    }

    /// <summary>Ten minutes later a batch says that the clock takes back seconds 99 to 106, within 2 s.</summary>
    public static void TakeBack(OrderWorld world)
    {
        world.Clock = new TestClock(world.Clock.GetUtcNow().AddMinutes(10));
        world.StartWarden();
        string words = new ClockDoubt(TestBox.At(99), TestBox.At(106), 2_000_000).Words();
        world.AddLater(300, TestBox.Rows(300), new ManifestEvent(TestBox.At(305), EventKind.Clock, $"clock; {words}"));
    }

    /// <summary>The first signature, up to what is corrected.</summary>
    public static string[] New(OrderWorld world, string half) =>
    [
        "errors", "correct", "new", "--device", world.Device.ToString(), "--from", "2024-10-04T00:01:00Z", "--to",
        "2024-10-04T00:02:30Z", "--reason", "a wrong user name in the accounting server", "--key",
        world.File("operator.json"), "--out", half,
    ];
}
