namespace Appliance.Mqtt;

/// <summary>
/// The properties of one packet (MQTT 5, 2.2.2), by identifier. Read: unknown identifiers and cut values are malformed;
/// known ones that the packet may not carry, duplicates and values out of range are protocol errors.
/// </summary>
internal sealed class Properties
{
    private readonly uint[] numbers = new uint[PropertyTable.Count];
    private readonly object?[] objects = new object?[PropertyTable.Count];
    private ulong present;

    public List<UserProperty> UserProperties { get; } = [];

    /// <summary>Subscription identifiers: the one property beside user properties that a PUBLISH may repeat.</summary>
    public List<uint> SubscriptionIds { get; } = [];

    public bool Has(PropertyId id) => (present >> (int)id & 1) != 0;

    public uint Number(PropertyId id, uint absent) => Has(id) ? numbers[(int)id] : absent;

    public string? Text(PropertyId id) => objects[(int)id] as string;

    public byte[]? Binary(PropertyId id) => objects[(int)id] as byte[];

    public Properties Set(PropertyId id, uint value)
    {
        numbers[(int)id] = value;
        present |= 1UL << (int)id;
        return this;
    }

    /// <summary>Sets a text or binary property; null leaves it absent.</summary>
    public Properties Set(PropertyId id, object? value)
    {
        if (value is not null)
        {
            objects[(int)id] = value;
            present |= 1UL << (int)id;
        }

        return this;
    }

    /// <summary>
    /// Reads the property length and the properties; the reader's verdict says whether they were right.
    /// </summary>
    public static Properties Read(ref PacketReader packet, ulong allowed)
    {
        Properties result = new();
        uint length = packet.ReadVariable();
        PacketReader reader = new(packet.Take((int)length));
        while (!reader.IsAtEnd)
        {
            result.ReadOne(ref reader, allowed);
        }

        if (reader.Verdict == ReasonCode.MalformedPacket)
        {
            packet.Malformed();
        }
        else if (reader.Verdict != ReasonCode.Success)
        {
            packet.Object(reader.Verdict);
        }

        return result;
    }

    /// <summary>Writes the property length and the properties, ascending by identifier.</summary>
    public void Write(PacketWriter packet)
    {
        PacketWriter body = new();
        for (int id = 1; id < PropertyTable.Count; id++)
        {
            if (Has((PropertyId)id))
            {
                WriteOne(body, (PropertyId)id);
            }
        }

        foreach (uint id in SubscriptionIds)
        {
            body.WriteByte((byte)PropertyId.SubscriptionIdentifier);
            body.WriteVariable(id);
        }

        foreach (UserProperty pair in UserProperties)
        {
            body.WriteByte((byte)PropertyId.UserProperty);
            body.WriteText(pair.Name);
            body.WriteText(pair.Value);
        }

        packet.WriteVariable((uint)body.Body.Length);
        packet.WriteRaw(body.Body);
    }

    private void WriteOne(PacketWriter body, PropertyId id)
    {
        uint number = numbers[(int)id];
        body.WriteByte((byte)id);
        switch (PropertyTable.Kind((uint)id))
        {
            case PropertyKind.Flag: body.WriteByte((byte)number); break;
            case PropertyKind.UInt16: body.WriteUInt16((ushort)number); break;
            case PropertyKind.UInt32: body.WriteUInt32(number); break;
            case PropertyKind.Text: body.WriteText((string)objects[(int)id]!); break;
            case PropertyKind.Binary: body.WriteBinary((byte[])objects[(int)id]!); break;
        }
    }

    private void ReadOne(ref PacketReader reader, ulong allowed)
    {
        uint raw = reader.ReadVariable();
        PropertyId id = (PropertyId)raw;
        bool isRepeated = raw < PropertyTable.Count && Has(id);
        switch (PropertyTable.Kind(raw))
        {
            case PropertyKind.Unknown: reader.Malformed(); return;
            case PropertyKind.Flag: ReadFlag(ref reader, id); break;
            case PropertyKind.UInt16: Set(id, (uint)reader.ReadUInt16()); break;
            case PropertyKind.UInt32: Set(id, reader.ReadUInt32()); break;
            case PropertyKind.Text: Set(id, reader.ReadText()); break;
            case PropertyKind.Binary: Set(id, reader.ReadBinary().ToArray()); break;
            case PropertyKind.Variable: isRepeated = false; ReadSubscriptionId(ref reader); break;
            case PropertyKind.Pair: isRepeated = false; ReadPair(ref reader); break;
        }

        bool isZero = id is PropertyId.ReceiveMaximum or PropertyId.MaximumPacketSize && numbers[(int)id] == 0;
        if (isRepeated || isZero || (allowed >> (int)id & 1) == 0)
        {
            reader.Object(ReasonCode.ProtocolError);
        }
    }

    private void ReadFlag(ref PacketReader reader, PropertyId id)
    {
        byte value = reader.ReadByte();
        Set(id, (uint)value);
        if (value > 1)
        {
            reader.Object(ReasonCode.ProtocolError);
        }
    }

    private void ReadSubscriptionId(ref PacketReader reader)
    {
        uint id = reader.ReadVariable();
        if (id == 0)
        {
            reader.Object(ReasonCode.ProtocolError);
        }
        else if (SubscriptionIds.Count == Limits.SubscriptionIdsMax)
        {
            reader.Object(ReasonCode.QuotaExceeded);
        }
        else
        {
            SubscriptionIds.Add(id);
        }
    }

    private void ReadPair(ref PacketReader reader)
    {
        UserProperty pair = new(reader.ReadText(), reader.ReadText());
        if (UserProperties.Count == Limits.UserPropertiesMax)
        {
            reader.Object(ReasonCode.QuotaExceeded);
            return;
        }

        UserProperties.Add(pair);
    }
}
