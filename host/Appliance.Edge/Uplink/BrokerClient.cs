using Appliance.Mqtt;
#if CARD_PACKAGES
using Appliance.Devices.Broker;
#endif

namespace Appliance.Edge.Uplink;

/// <summary>Which MQTT client runs over a stream; one dialler and one rule for TLS serve all.</summary>
internal static class BrokerClient
{
    /// <summary>Whether this program was built with MQTTnet.</summary>
#if CARD_PACKAGES
    public const bool HasMqttNet = true;
#else
    public const bool HasMqttNet = false;
#endif

    /// <summary>Starts a connection; <paramref name="client"/> is what the checked configuration says.</summary>
    public static IBrokerLink Start(string client, Stream stream, MqttOptions options)
    {
#if CARD_PACKAGES
        if (client == "mqttnet")
        {
            return MqttNetLink.Start(stream, options);
        }
#endif
        return client == "own"
            ? MqttLink.Start(stream, options, TimeProvider.System)
            : throw new InvalidOperationException("the configuration was not checked");
    }
}
