using Appliance.Flow.Lines;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>A stream of exports as it was saved.</summary>
internal sealed record SavedStream(
    ExportStream Stream, uint Expected, bool HasExpected, uint UptimeMs, long GapNs, long HeardNs,
    List<(ushort Id, ExportTemplate Template)> Templates);

/// <summary>The streams in a <see cref="WitnessSnapshot"/>.</summary>
internal static class StreamSnapshot
{
    /// <summary>Writes those that were heard of late; by their number, the place of each, from 1.</summary>
    public static Dictionary<ushort, ushort> Write(
        BinaryWriter to, ExportSources sources, LogTrust trust, long nowNs)
    {
        Dictionary<ushort, ushort> places = [];
        foreach ((ExportStream stream, ExportSource source) in sources.Streams)
        {
            LogState log = trust.Of(Witnesses.Nel, source.Number);
            if (log.HeardNs < nowNs - Limits.LogSilenceNs)
            {
                continue;
            }

            places.Add(source.Number, (ushort)(places.Count + 1));
            to.Write(true);
            to.Write(stream.Address.High);
            to.Write(stream.Address.Low);
            to.Write(stream.Port);
            to.Write(stream.Version);
            to.Write(stream.Domain);
            to.Write(source.Expected);
            to.Write(source.HasExpected);
            to.Write(source.UptimeMs);
            to.Write(log.GapNs);
            to.Write(log.HeardNs);
            Write(to, source);
        }

        to.Write(false);
        return places;
    }

    public static List<SavedStream> Read(ref SnapshotReader from)
    {
        List<SavedStream> found = [];
        while (from.Bool() && found.Count < Limits.LogSourcesMax)
        {
            ExportStream stream = new(from.Address(), from.Port(), from.Port(), from.UInt());
            (uint expected, bool hasExpected, uint uptimeMs) = (from.UInt(), from.Bool(), from.UInt());
            (long gapNs, long heardNs) = (from.Long(), from.Long());
            found.Add(new SavedStream(
                stream, expected, hasExpected, uptimeMs, gapNs, heardNs, ReadTemplates(ref from)));
        }

        return found;
    }

    /// <summary>Goes on with the streams; their numbers in the order of the snapshot, 0 for none.</summary>
    public static ushort[] Resume(List<SavedStream> streams, ExportSources sources, LogTrust trust)
    {
        ushort[] numbers = new ushort[streams.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            SavedStream saved = streams[i];

            // Without a number to expect, nothing can show that no message was missed.
            if (!saved.HasExpected || sources.Of(saved.Stream) is not { } source)
            {
                continue;
            }

            numbers[i] = source.Number;
            source.Expected = saved.Expected;
            source.HasExpected = true;
            source.UptimeMs = saved.UptimeMs;
            source.IsResumed = true;
            ref LogState log = ref trust.Of(Witnesses.Nel, source.Number);
            log.HeardNs = saved.HeardNs;
            log.GapNs = saved.GapNs;
            foreach ((ushort id, ExportTemplate template) in saved.Templates)
            {
                sources.Templates += source.Templates.TryAdd(id, template) ? 1 : 0;
            }
        }

        return numbers;
    }

    private static void Write(BinaryWriter to, ExportSource source)
    {
        foreach ((ushort id, ExportTemplate template) in source.Templates)
        {
            to.Write(true);
            to.Write(id);
            to.Write(template.IsOptions);
            to.Write((ushort)template.Fields.Length);
            foreach (TemplateField field in template.Fields)
            {
                to.Write((byte)field.Field);
                to.Write(field.Length);
            }
        }

        to.Write(false);
    }

    private static List<(ushort Id, ExportTemplate Template)> ReadTemplates(ref SnapshotReader from)
    {
        List<(ushort, ExportTemplate)> found = [];
        while (from.Bool() && found.Count < Limits.TemplatesMax)
        {
            ushort id = from.Port();
            bool isOptions = from.Bool();
            TemplateField[] fields = new TemplateField[Math.Min(from.Port(), (ushort)Limits.TemplateFieldsMax)];
            for (int i = 0; i < fields.Length; i++)
            {
                fields[i] = new TemplateField((ExportField)from.Byte(), from.Port());
            }

            if (ExportTemplate.Make(fields, isOptions) is { } template)
            {
                found.Add((id, template));
            }
        }

        return found;
    }
}
