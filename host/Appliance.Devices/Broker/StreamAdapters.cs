using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;

namespace Appliance.Devices.Broker;

/// <summary>Hands MQTTnet the one channel that it is to use, and tells it of no other way.</summary>
internal sealed class StreamAdapters(StreamChannel channel) : IMqttClientAdapterFactory, IMqttClientChannelOptions
{
    /// <inheritdoc/>
    public MqttClientTlsOptions? TlsOptions => null;

    /// <inheritdoc/>
    public IMqttChannelAdapter CreateClientAdapter(
        MqttClientOptions options, MqttPacketInspector packetInspector, IMqttNetLogger logger)
    {
        MqttBufferWriter writer = new(options.WriterBufferSize, options.WriterBufferSizeMax);
        return new MqttChannelAdapter(channel, new MqttPacketFormatterAdapter(options.ProtocolVersion, writer), logger)
        {
            AllowPacketFragmentation = options.AllowPacketFragmentation,
            PacketInspector = packetInspector,
        };
    }
}
