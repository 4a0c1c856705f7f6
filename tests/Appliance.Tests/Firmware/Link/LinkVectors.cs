using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Appliance.Supervisor.Link;

namespace Appliance.Tests.Firmware.Link;

/// <summary>
/// Golden frames of the link: one for each message with telling values, one for each way of being wrong.
/// </summary>
internal static class LinkVectors
{
    public const int Session = 0x1234;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>File name and text of every vector.</summary>
    public static SortedDictionary<string, string> All()
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        foreach ((int kind, object message) in Messages())
        {
            byte[] payload = new byte[LinkLimits.PayloadBytesMax];
            int length = (int)message.GetType().GetMethod("Write")!.Invoke(message, [payload])!;
            Add(files, $"message-{kind:x2}-{Name(message)}", $"{Name(message)} with a value in every field.",
                "accepted", Body(kind, payload[..length]), Fields(message));
        }

        byte[] acknowledgement = [0x21, 0x43, 7, 0];
        Add(files, "message-02-acknowledgement", "Number 7 of session 0x4321 has arrived.", "accepted",
            Body(LinkKind.Acknowledgement, acknowledgement), new JsonObject { ["session"] = 0x4321, ["reliable"] = 7 });
        AddWrong(files);
        return files;
    }

    /// <summary>Every message but the acknowledgement, filled.</summary>
    public static IEnumerable<(int Kind, object Message)> Messages()
    {
        object[] messages =
        [
            new HelloMessage(), new GnssBytesMessage { Count = 9 }, new OscillatorMessage(), new HealthMessage(),
            new AlarmMessage(), new PowerNoticeMessage(), new RtcMessage(), new UpdateStatusMessage(),
            new HeartbeatMessage(), new WatchdogMessage(), Panel(), new SetTimeMessage(), new AlarmRecordedMessage(),
            new UpdateBeginMessage(), new UpdateBlockMessage { Count = 128 }, new UpdateCommandMessage(),
            new PowerRequestMessage(), new ReceiverBytesMessage { Count = 5 }, new ClearTamperMessage(),
            new ProvisionKeyMessage(), new AskMessage(), new KeysEvictedMessage(),
        ];
        foreach (object message in messages)
        {
            int kind = (int)typeof(LinkKind).GetField(Name(message))!.GetRawConstantValue()!;
            Fill(message);
            yield return (kind, message);
        }
    }

    /// <summary>The fields of a message as text that can be compared.</summary>
    public static JsonObject Fields(object message)
    {
        JsonObject fields = [];
        int? count = (int?)message.GetType().GetField("Count")?.GetValue(message);
        foreach (FieldInfo field in InstanceFields(message))
        {
            fields[field.Name] = field.GetValue(message) switch
            {
                byte[] bytes => Convert.ToHexStringLower(bytes.AsSpan(0, count ?? bytes.Length)),
                string[] lines => new JsonArray([.. lines.Select(l => JsonValue.Create(l.PadRight(16)))]),
                object number => JsonValue.Create(Convert.ToInt64(number)),
                null => null,
            };
        }

        return fields;
    }

    public static byte[] Body(int kind, byte[] payload, int version = 1)
    {
        byte[] body = new byte[LinkLimits.HeaderBytes + payload.Length];
        body[0] = (byte)version;
        body[1] = (byte)kind;
        LinkBytes.PutU16(body, 2, Session);
        LinkBytes.PutU16(body, 4, 0x0102);
        LinkBytes.PutU16(body, 6, LinkKind.IsReliable(kind) ? 3 : 0);
        payload.CopyTo(body, LinkLimits.HeaderBytes);
        return body;
    }

    public static byte[] Framed(byte[] body)
    {
        byte[] frame = new byte[LinkFrame.StuffedBytesMax + 1];
        return frame[..LinkFrame.Encode(body, body.Length, frame)];
    }

    private static void AddWrong(SortedDictionary<string, string> files)
    {
        byte[] heartbeat = [9, 0, 0, 0, 1, 0, 0, 0];
        byte[] body = Body(LinkKind.Heartbeat, heartbeat);
        byte[] frame = Framed(body);
        Add(files, "wrong-flipped-bit", "One bit of the payload is flipped.", "refused: bad frame",
            [.. frame[..6], (byte)(frame[6] ^ 0x10), .. frame[7..]]);
        Add(files, "wrong-cut", "The last three bytes before the zero are missing.", "refused: bad frame",
            [.. frame[..^4], 0]);
        Add(files, "wrong-inserted", "A byte came in between.", "refused: bad frame",
            [.. frame[..5], 0x55, .. frame[5..]]);
        Add(files, "wrong-joined", "The zero between two frames was lost.", "refused: bad frame",
            [.. frame[..^1], .. frame]);
        Add(files, "wrong-babble", "300 bytes without a zero.", "refused: bad frame",
            [.. Enumerable.Repeat((byte)0xA5, 300), 0]);
        Add(files, "wrong-short-header", "A body of seven bytes.", "refused: bad frame", Framed(body[..7]));
        Add(files, "wrong-version", "Version 2.", "refused: other version",
            Framed(Body(LinkKind.Heartbeat, heartbeat, 2)));
        Add(files, "wrong-kind", "A kind that is not defined.", "refused: strange", Framed(Body(0x90, heartbeat)));
        Add(files, "wrong-echo", "The chip hears a message of its own.", "refused: strange",
            Framed(Body(LinkKind.Health, new byte[HealthMessage.Bytes])));
        byte[] unnumbered = Body(LinkKind.Watchdog, [1, 0, 60, 0]);
        LinkBytes.PutU16(unnumbered, 6, 0);
        Add(files, "wrong-unnumbered", "A reliable kind without a number.", "refused: strange", Framed(unnumbered));
        Add(files, "wrong-short-payload", "A heartbeat of seven bytes.", "refused: payload",
            Framed(Body(LinkKind.Heartbeat, heartbeat[..7])));
        Add(files, "wrong-long-payload", "A heartbeat of nine bytes.", "refused: payload",
            Framed(Body(LinkKind.Heartbeat, [.. heartbeat, 0])));
        Add(files, "wrong-reserved", "A reserved byte is not zero.", "refused: payload",
            Framed(Body(LinkKind.Heartbeat, [.. heartbeat[..7], 1])));
    }

    private static void Add(
        SortedDictionary<string, string> files, string name, string about, string expect, byte[] body,
        JsonObject fields)
    {
        files.Add($"{name}.json", Text(new()
        {
            ["name"] = name, ["about"] = about, ["expect"] = expect, ["kind"] = body[1], ["fields"] = fields,
            ["body"] = Convert.ToHexStringLower(body), ["frame"] = Convert.ToHexStringLower(Framed(body)),
        }));
    }

    private static void Add(
        SortedDictionary<string, string> files, string name, string about, string expect, byte[] frame) =>
        files.Add($"{name}.json", Text(new()
        {
            ["name"] = name, ["about"] = about, ["expect"] = expect, ["frame"] = Convert.ToHexStringLower(frame),
        }));

    private static string Text(JsonObject vector) => vector.ToJsonString(Indented) + "\n";

    private static string Name(object message) => message.GetType().Name[..^"Message".Length];

    private static FieldInfo[] InstanceFields(object message) =>
        message.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public);

    private static PanelTextMessage Panel() =>
        new() { Page = 2, Lines = ["PoP LHR-3 rack 7", "uplink 12 min", "~ 4.1 M flows", ""] };

    // Values that differ in every byte, negative where the field can be; small where the field is one byte.
    private static void Fill(object message)
    {
        int next = 1;
        foreach (FieldInfo field in InstanceFields(message).Where(f => f.Name is not ("Count" or "Page" or "Lines")))
        {
            next++;
            if (field.GetValue(message) is byte[] bytes)
            {
                for (int i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = (byte)((i * 7) + next);
                }
            }
            else
            {
                field.SetValue(message, Fits(message, field, next));
            }
        }
    }

    // The largest of some telling values that comes back through writing and reading.
    private static object Fits(object message, FieldInfo field, int next)
    {
        long[] telling =
            [-0x0102030405060708 - next, -0x01020304 - next, 0x81020300L + next, -0x0102 - next, 0xF100 + next];
        byte[] payload = new byte[LinkLimits.PayloadBytesMax];
        foreach (long value in telling.Where(v => field.FieldType == typeof(long) || v == (int)v))
        {
            field.SetValue(message, field.FieldType == typeof(long) ? value : (object)(int)value);
            object back = Activator.CreateInstance(message.GetType())!;
            object length = message.GetType().GetMethod("Write")!.Invoke(message, [payload])!;
            if ((bool)message.GetType().GetMethod("Read")!.Invoke(back, [payload, length])!
                && Convert.ToInt64(field.GetValue(back)) == value)
            {
                return field.GetValue(message)!;
            }
        }

        return field.FieldType == typeof(long) ? 128L * next : (object)next;
    }
}
