using System.Text.Json.Nodes;
using Appliance.Supervisor.Link;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Firmware.Link;

/// <summary>The vectors of the link: made again without difference, and read as they say.</summary>
public sealed class LinkVectorTests
{
    private static string Folder => Path.Combine(Checkout.Root, "tests", "vectors", "link");

    [Fact]
    public void The_checked_in_vectors_are_what_the_codec_writes()
    {
        SortedDictionary<string, string> made = LinkVectors.All();
        Directory.CreateDirectory(Folder);
        Dictionary<string, string> stored = Directory.GetFiles(Folder)
            .ToDictionary(f => Path.GetFileName(f), File.ReadAllText);
        string[] different = [.. made.Where(v => stored.GetValueOrDefault(v.Key) != v.Value).Select(v => v.Key)];
        foreach (string name in different)
        {
            File.WriteAllText(Path.Combine(Folder, name), made[name]);
        }

        Assert.True(different.Length == 0, $"written anew, commit them: {string.Join(", ", different)}");
        Assert.Empty(stored.Keys.Except(made.Keys));
    }

    [Fact]
    public void Every_vector_is_read_as_it_says()
    {
        string[] files = Directory.GetFiles(Folder);
        Assert.True(files.Length >= 36, $"only {files.Length} vectors");
        foreach (JsonNode vector in files.Select(f => JsonNode.Parse(File.ReadAllText(f))!))
        {
            Assert.Equal((string?)vector["expect"], Verdict(vector));
        }
    }

    [Fact]
    public void Every_payload_is_refused_when_a_byte_longer_or_shorter()
    {
        byte[] payload = new byte[LinkLimits.PayloadBytesMax + 1];
        foreach ((int kind, object message) in LinkVectors.Messages())
        {
            int length = (int)message.GetType().GetMethod("Write")!.Invoke(message, [payload])!;
            Assert.True(Reads(message.GetType(), payload, length, out _), $"kind {kind:x2} at its length");
            if (message.GetType().GetField("Count") is null)
            {
                Assert.False(Reads(message.GetType(), payload, length - 1, out _), $"kind {kind:x2} a byte short");
                Assert.False(Reads(message.GetType(), payload, length + 1, out _), $"kind {kind:x2} a byte long");
            }

            Assert.False(Reads(message.GetType(), payload, 0, out _), $"kind {kind:x2} empty");
        }
    }

    private static string Verdict(JsonNode vector)
    {
        byte[] frame = Convert.FromHexString((string)vector["frame"]!);
        int role = (int?)vector["kind"] is int k && k is >= 0x10 and < 0x40 ? LinkRole.Host : LinkRole.Supervisor;
        Collected collected = new();
        LinkPort port = new(role, 1, collected);
        port.Receive(frame, frame.Length);
        if (port.BadFrames > 0)
        {
            return "refused: bad frame";
        }

        if (port.OtherVersionFrames > 0)
        {
            return "refused: other version";
        }

        if (port.StrangeFrames > 0)
        {
            return "refused: strange";
        }

        if ((int?)vector["kind"] == LinkKind.Acknowledgement)
        {
            return port.PeerSession == LinkVectors.Session ? "accepted" : "not read";
        }

        (int kind, byte[] payload) = Assert.Single(collected.Messages);
        Type type = typeof(LinkPort).Assembly.GetType($"Appliance.Supervisor.Link.{NameOf(kind)}Message")!;
        if (!Reads(type, payload, payload.Length, out object message))
        {
            return "refused: payload";
        }

        Assert.Equal(vector["fields"]!.ToJsonString(), LinkVectors.Fields(message).ToJsonString());
        return "accepted";
    }

    private static string NameOf(int kind) => typeof(LinkKind).GetFields()
        .Single(f => f.IsLiteral && (int)f.GetRawConstantValue()! == kind).Name;

    private static bool Reads(Type type, byte[] payload, int length, out object message)
    {
        message = Activator.CreateInstance(type)!;
        return (bool)type.GetMethod("Read")!.Invoke(message, [payload, length])!;
    }
}
